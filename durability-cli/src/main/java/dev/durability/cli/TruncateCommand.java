package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.log.SchemaRange;
import dev.durability.log.SegmentRange;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability truncate}. */
final class TruncateCommand implements Command {
  private static final String AFTER = "--after";
  private static final String YES = "--yes";
  private static final String JSON = "--json";

  /** The media type of durability-pekko. */
  private static final String JOURNAL = "application/vnd.durability.pekko-journal";

  private static final String AGREED = "yes";
  private static final int ANSWER_BYTES_MAX = 80;

  private final CommandIo io;

  TruncateCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "truncate",
            "Cut off the end of a log.",
            "All entries after the one that --after names become void: the next entry that is"
                + " appended gets the id after it. This is the way out if a program cannot apply"
                + " the last entries of its log. It cannot be undone. It is refused if another"
                + " process has the log open, if a checkpoint covers entries after that one, and if"
                + " it is the journal of an actor system (Pekko).",
            "",
            "Nothing is deleted. The bytes of the entries that are cut off stay in their segments"
                + " until a program truncates those. To look at them: before anything else is"
                + " appended, copy DIR, delete the last file of wal/ from the copy, and run"
                + " 'durability cat' on the copy.",
            "",
            "It says how many entries that are, and asks before it changes anything: answer yes,"
                + " or give --yes.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    spec.addOption(
        CommandSyntax.entryId("The last entry to keep; 0 to keep none.", AFTER).toBuilder()
            .required(true)
            .build());
    spec.addOption(CommandSyntax.flag("Do not ask.", YES));
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability truncate --after 1000 mylog",
            "  durability truncate --after 1000 --yes --json mylog | jq .cut"),
        "0",
        "the log ends at that entry, durably",
        "2",
        "the log is corrupt; nothing was changed",
        "3",
        "any other failure: not a log, the log ends before that entry, a checkpoint covers more,"
            + " the answer was not yes, wrong usage; nothing was changed",
        "141",
        "the reader of the output has gone");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    long lastId = given.matchedOptionValue(AFTER, 0L);
    long cut;
    try (LogLocation log = LogLocation.of(given, io)) {
      cut = truncate(log, lastId, given);
    }
    io.out()
        .write(given.hasMatchedOption(JSON) ? json(lastId, cut) : io.wrapped(text(lastId, cut)));
    io.out().flush();
    return ExitStatus.OK;
  }

  /** How many entries it cut off. */
  private long truncate(LogLocation location, long lastId, ParseResult given) throws IOException {
    refuseJournal(location.forReading());
    long last = lastEntry(location.forReading());
    if (lastId < 0 || lastId > last) {
      throw new UsageException(
          AFTER + " " + lastId + ": the log ends at entry " + last + "; nothing was changed");
    }
    if (lastId < last && !given.hasMatchedOption(YES)) {
      ask(lastId, last);
    }
    Directory directory = location.forWriting();
    // Opening reads what recovery reads, which takes long.
    long bytes = location.isLocal() ? MeteredDirectory.logBytes(directory) : -1;
    try (Progress progress = Progress.start(io, "truncate", bytes);
        WalWriter<byte[]> log =
            WalWriter.open(
                progress.isShown() ? new MeteredDirectory(directory, progress) : directory,
                WalMaintenance.anyEntries(directory),
                WalOptions.defaults())) {
      long cut = log.lastAppendedId() - lastId;
      if (log.lastAppendedId() != last) {
        throw new UsageException(
            "the log ended at entry "
                + last
                + " before, and ends at entry "
                + log.lastAppendedId()
                + " now: another process appended to it; nothing was cut off");
      }
      cutAfter(log, lastId);
      return cut;
    }
  }

  /**
   * The checkpoint of a journal holds an index, which may know of entries after the one that the
   * checkpoint names: copies of old events whose originals were removed for them.
   */
  private static void refuseJournal(Directory directory) throws IOException {
    for (SchemaRange each : WalMaintenance.schemas(directory)) {
      if (each.schema().isPresent() && each.schema().get().mediaType().equals(JOURNAL)) {
        throw new UsageException(
            "this is the journal of an actor system (Pekko), and its end may hold the only copies of"
                + " older events; nothing was changed. Delete events with deleteMessages");
      }
    }
  }

  private static long lastEntry(Directory directory) throws IOException {
    List<SegmentRange> segments = WalMaintenance.segments(directory);
    return segments.get(segments.size() - 1).lastEntryId();
  }

  private static void cutAfter(WalWriter<byte[]> log, long lastId) throws IOException {
    try {
      log.truncateAfter(lastId);
    } catch (IllegalArgumentException refused) {
      throw new UsageException(String.valueOf(refused.getMessage()));
    }
  }

  private void ask(long lastId, long last) throws IOException {
    io.err()
        .print(
            "This makes "
                + count(last - lastId)
                + " void: "
                + (lastId + 1)
                + " to "
                + last
                + ". Type yes to go on: ");
    io.err().flush();
    if (!answer().equals(AGREED)) {
      throw new UsageException("the answer was not yes; nothing was changed");
    }
  }

  private String answer() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = io.in().read(); b >= 0 && b != '\n'; b = io.in().read()) {
      if (line.size() == ANSWER_BYTES_MAX) {
        break;
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }

  private static String count(long entries) {
    return entries + (entries == 1 ? " entry" : " entries");
  }

  private static byte[] text(long lastId, long cut) {
    return ("the log ends at entry "
            + lastId
            + "; "
            + count(cut)
            + " cut off. The bytes stay in their segments until those are truncated"
            + System.lineSeparator())
        .getBytes(Charset.defaultCharset());
  }

  /** Programs read its keys, so they are fixed. */
  private static byte[] json(long lastId, long cut) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("last", lastId);
      json.writeNumberField("cut", cut);
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }
}
