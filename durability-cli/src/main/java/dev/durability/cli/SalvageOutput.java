package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.log.LogReport;
import dev.durability.salvage.EndRemains;
import dev.durability.salvage.LeftOutFile;
import dev.durability.salvage.MissingEntries;
import dev.durability.salvage.SalvageTarget;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is salvaged goes to directories in a new one, and all that is told to a file in it, a JSON
 * object a line. The first thousand of these are kept for the report.
 */
final class SalvageOutput implements SalvageTarget, Closeable {
  /** The name of that file. */
  static final String INDEX = "salvage.jsonl";

  /** The last entry that a log can have: how many are missing is not known then. */
  static final long UNKNOWN_END = Long.MAX_VALUE - 1;

  private static final int KEPT_MAX = 1000;

  /** Makes a directory in the new one. */
  @FunctionalInterface
  interface Place {
    Directory at(String name) throws IOException;
  }

  private final Place place;
  private final boolean isRenumbering;
  private final AppendFile index;
  private final List<String> text = new ArrayList<>();
  private final List<String> stretches = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private final List<String> damaged = new ArrayList<>();
  private final List<String> notRead = new ArrayList<>();
  private final Set<String> files = new HashSet<>();

  /** The first and the last entry of each that goes from one file to another. */
  private final NavigableMap<Long, Long> betweenFiles = new TreeMap<>();

  private String name = "";
  private long written;
  private long logs;
  private long entries;
  private long payloadBytes;
  private long lost;
  private boolean isEndUnknown;
  private boolean isDoubtful;
  private boolean hasHole;
  private boolean hasCoveredHole;
  private long events;
  private @Nullable EndRemains remains;

  SalvageOutput(Place place, Directory root, boolean isRenumbering) throws IOException {
    this.place = place;
    this.isRenumbering = isRenumbering;
    this.index = root.create(INDEX, 0);
  }

  @Override
  public Directory begin(String source, long firstEntryId) throws IOException {
    logs++;
    String from = String.format(Locale.ROOT, "from-%020d", firstEntryId);
    boolean isQuarantined = !source.isEmpty();
    name = isQuarantined ? source + "/" + from : isRenumbering ? "" : from;
    return place.at(name);
  }

  /** What is written goes to a file of this name. */
  void beginRecordLog(String file) {
    logs++;
    name = file;
  }

  @Override
  public void written(SalvagedStretch stretch) throws IOException {
    written++;
    entries += stretch.source().isEmpty() ? stretch.entries() : 0;
    payloadBytes += stretch.source().isEmpty() ? stretch.payloadBytes() : 0;
    isDoubtful |= stretch.doubt() != null;
    tell(stretches, json -> stretch(json, stretch));
    say(
        (stretch.entries() == 0
                ? "no entry, the next is " + stretch.firstEntryId()
                : Explanation.entries(stretch.firstEntryId(), stretch.lastEntryId()))
            + (stretch.writtenFirstId() == stretch.firstEntryId()
                ? ""
                : ", now from " + stretch.writtenFirstId() + " on")
            + (name.isEmpty() ? "" : ": " + name)
            + (stretch.checkpoints().isEmpty() ? "" : ", with " + checkpoints(stretch)));
    if (stretch.doubt() != null) {
      say("     in doubt: " + stretch.doubt());
    }
  }

  /** The newest matters most: a log goes on from that. */
  private static String checkpoints(SalvagedStretch stretch) {
    List<Long> all = stretch.checkpoints();
    return all.size() == 1
        ? "the checkpoint of entry " + all.get(0)
        : "the checkpoints of entries "
            + all.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private void stretch(JsonGenerator json, SalvagedStretch stretch) throws IOException {
    json.writeStringField("what", "stretch");
    json.writeStringField("directory", name);
    json.writeStringField("source", stretch.source().isEmpty() ? null : stretch.source());
    json.writeNumberField("first", stretch.firstEntryId());
    json.writeNumberField("last", stretch.lastEntryId());
    json.writeNumberField("entries", stretch.entries());
    json.writeNumberField("writtenFirst", stretch.writtenFirstId());
    json.writeNumberField("payloadBytes", stretch.payloadBytes());
    json.writeArrayFieldStart("checkpoints");
    for (long each : stretch.checkpoints()) {
      json.writeNumber(each);
    }
    json.writeEndArray();
    json.writeStringField("doubt", stretch.doubt());
  }

  @Override
  public void missing(MissingEntries gap) throws IOException {
    if (gap.kind() == MissingEntries.Kind.LOST) {
      boolean isOpen = isOfUnknownLength(gap);
      isEndUnknown |= isOpen;
      lost += isOpen ? 0 : gap.lastEntryId() - gap.firstEntryId() + 1;
    }
    hasHole |= gap.kind() == MissingEntries.Kind.UNPROMISED;
    LogReport.Position before = gap.before();
    if (gap.after() == null || before == null || !gap.after().file().equals(before.file())) {
      betweenFiles.put(gap.firstEntryId(), gap.lastEntryId());
    }
    if (gap.after() != null) {
      files.add(gap.after().file());
      hasCoveredHole |= gap.kind() == MissingEntries.Kind.COVERED && gap.before() != null;
    }
    tell(missing, json -> SalvageJson.missing(json, gap));
    say(
        Explanation.entries(gap.firstEntryId(), gap.lastEntryId())
            + switch (gap.kind()) {
              case LOST -> ": LOST";
              case COVERED -> ": not here, and not lost";
              case UNPROMISED -> ": not here; nothing says that they were durable";
            });
    say(
        "     between "
            + place(gap.after(), "the beginning")
            + " and "
            + place(gap.before(), "the end"));
    say("     " + gap.evidence());
  }

  /** Whether nothing tells where it ends. */
  static boolean isOfUnknownLength(MissingEntries gap) {
    return gap.lastEntryId() == UNKNOWN_END;
  }

  private static String place(LogReport.@Nullable Position position, String otherwise) {
    return position == null ? otherwise : position.file() + " at offset " + position.offset();
  }

  @Override
  public void remains(EndRemains end) throws IOException {
    remains = end;
    tell(new ArrayList<>(), json -> SalvageJson.remains(json, end));
    say(end.isEnded() ? "bytes follow the end of the log" : "the end is torn");
    say("     " + text(end));
  }

  /** What follows the last whole frame, in a sentence. */
  static String text(EndRemains end) {
    String bytes =
        end.bytes()
            + (end.bytes() == 1 ? " byte that is" : " bytes that are")
            + " no whole frame, "
            + place(end.at(), "");
    return end.isEnded()
        ? "after the end of the log: " + bytes
        : "after entry "
            + end.lastEntryId()
            + ": "
            + bytes
            + ". A crash leaves that, and so does a file that was cut or overwritten";
  }

  @Override
  public void leftOut(LeftOutFile file) throws IOException {
    // Most of what openings cut off is half a frame: that nothing is in it is no loss. If a
    // checkpoint is one, the entries that it had are told as lost.
    isDoubtful |=
        file.kind() != LeftOutFile.Kind.NOTHING_WHOLE
            && file.kind() != LeftOutFile.Kind.BAD_CHECKPOINT;
    files.add(file.file());
    tell(
        leftOut,
        json -> {
          json.writeStringField("what", "leftOut");
          json.writeStringField("kind", file.kind().name());
          json.writeStringField("file", file.file());
          json.writeStringField("reason", file.reason());
        });
    say("left out: " + file.file());
    say("     " + file.reason());
  }

  /** Whether entries are missing that are in no checkpoint. */
  boolean isMissingAny() {
    return lost > 0 || isEndUnknown || hasHole;
  }

  /** A file in another place is a segment of this log. */
  void notRead(String sentence) throws IOException {
    tell(
        notRead,
        json -> {
          json.writeStringField("what", "notRead");
          json.writeStringField("reason", sentence);
        });
    text.add("not read, and belongs to this log by its header:"); // Also if the rest is too long.
    text.add("     " + sentence);
  }

  /** The files of which damage was told. */
  Set<String> files() {
    return files;
  }

  /** A file is damaged. That is told already if the entries that it began with are missing. */
  void damaged(DamagedSegment segment) throws IOException {
    long first = WrongFile.firstEntry(segment.file());
    Map.Entry<Long, Long> missingThere = betweenFiles.floorEntry(first);
    boolean isTold = missingThere != null && missingThere.getValue() >= first;
    if (isTold && segment.cause().kind() != Explanation.Kind.WRONG_NAME) {
      return;
    }
    String reason = String.join("; ", segment.cause().evidence());
    tell(
        damaged,
        json -> {
          json.writeStringField("what", "damaged");
          json.writeStringField("kind", segment.cause().kind().name());
          json.writeStringField("file", segment.file());
          json.writeStringField("reason", reason);
        });
    say("damaged, and no entry is missing by that");
    say("     " + segment.file() + ": " + reason);
  }

  private void say(String line) {
    if (text.size() < KEPT_MAX) {
      text.add(line);
    }
  }

  private void tell(List<String> kept, CrateReportText.Fields fields) throws IOException {
    byte[] line = CrateReportText.json(fields);
    index.write(ByteBuffer.wrap(line));
    events++;
    if (kept.size() < KEPT_MAX) {
      kept.add(new String(line, StandardCharsets.UTF_8).strip());
    }
  }

  /** Whether anything was salvaged. */
  boolean hasAny() {
    return written > 0;
  }

  /** Whether all that was promised is there, and all before the last entry that was found. */
  boolean isWhole() {
    return lost == 0 && !isEndUnknown && !isDoubtful && !hasHole && !hasCoveredHole;
  }

  /** The exit status that this has. */
  int status() {
    return isWhole() ? ExitStatus.OK : hasAny() ? ExitStatus.LEFT_OUT : ExitStatus.CORRUPT;
  }

  /** Makes the index durable. */
  void sync() throws IOException {
    index.sync();
  }

  @Override
  public void close() throws IOException {
    index.close();
  }

  byte[] text(String from, String to) {
    StringBuilder all = new StringBuilder();
    for (String line : text) {
      all.append(Printable.text(line)).append(System.lineSeparator());
    }
    if (text.size() >= KEPT_MAX) {
      all.append("…").append(System.lineSeparator());
    }
    all.append(System.lineSeparator());
    CrateReportText report = new CrateReportText();
    report.line(
        "salvaged",
        entries
            + (entries == 1 ? " entry" : " entries")
            + ", "
            + StatsText.amount(payloadBytes)
            + " of payload, in "
            + logs
            + (logs == 1 ? " log" : " logs"));
    report.line("lost", lostText());
    report.line("whole", isWhole() ? "yes: all that was promised is there" : notWhole());
    EndRemains end = remains;
    if (end != null && !end.isEnded()) {
      report.line("end", "torn: nothing tells whether entries followed entry " + end.lastEntryId());
    }
    if (!isWhole()) {
      report.line(
          "more",
          "'durability explain " + ShellWord.of(from) + "' tells whether anything can be mended");
    }
    if (hasAny()) {
      String lines = events + (events == 1 ? " line" : " lines");
      report.line("index", to + "/" + INDEX + "  (" + lines + ")");
    }
    return (all + new String(report.bytes(), Charset.defaultCharset()))
        .getBytes(Charset.defaultCharset());
  }

  private String notWhole() {
    if (lost > 0 || isEndUnknown || isDoubtful) {
      return "no";
    }
    return hasHole
        ? "no: entries are missing before others that are there"
        : "no: a checkpoint alone has entries that stood before others";
  }

  private String lostText() {
    String known = lost == 0 ? "" : lost + (lost == 1 ? " entry" : " entries");
    String open = isEndUnknown ? "an unknown number of entries at the end" : "";
    return known.isEmpty() && open.isEmpty()
        ? isDoubtful || hasHole ? "nothing that is known" : "nothing"
        : known + (known.isEmpty() || open.isEmpty() ? "" : ", and ") + open;
  }

  /** Programs read its keys, so they are fixed. */
  byte[] json(String from, String to) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("log", from);
      json.writeStringField("to", hasAny() ? to : null);
      json.writeBooleanField("whole", isWhole());
      json.writeNumberField("logs", logs);
      json.writeNumberField("entries", entries);
      json.writeNumberField("payloadBytes", payloadBytes);
      json.writeNumberField("lost", lost);
      json.writeBooleanField("endUnknown", isEndUnknown);
      json.writeNumberField("events", events);
      SalvageJson.array(json, "stretches", stretches);
      SalvageJson.array(json, "missing", missing);
      SalvageJson.array(json, "leftOut", leftOut);
      SalvageJson.array(json, "damaged", damaged);
      SalvageJson.array(json, "notRead", notRead);
      json.writeFieldName("tornEnd");
      EndRemains end = remains;
      if (end == null) {
        json.writeNull();
      } else {
        json.writeStartObject();
        SalvageJson.remains(json, end);
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }
}
