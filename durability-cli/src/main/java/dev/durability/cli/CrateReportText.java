package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.errors.ChecksumMismatch;
import dev.durability.rust.CrateCheckpoint;
import dev.durability.rust.CrateReport;
import dev.durability.rust.CrateSegment;
import dev.durability.rust.LeftOut;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reports on files of the Rust crate, for people and as JSON. Entry ids are unsigned. */
final class CrateReportText {
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private final StringBuilder text = new StringBuilder();

  /** Writes fields of an object. */
  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  /** The report of {@code verify}. */
  static byte[] of(CrateReport report) {
    CrateReportText text = new CrateReportText();
    text.line("verdict", report.verdict().name());
    text.line("format", format(report));
    text.line("intact", id(report.lastEntryId()) + "  (the last entry that can be read)");
    text.line("first", id(report.firstEntryId()));
    text.line("segments", Integer.toString(report.segments().size()));
    text.newerChecksums(report);
    if (report.reason() != null) {
      text.line("reason", report.reason());
    }
    text.leftOut("left out", report.leftOut());
    switch (report.verdict()) {
      case CLEAN -> {}
      case TORN ->
          text.line(
              "to do", "nothing: the crate cuts it off, and 'durability import' leaves it out");
      case AMBIGUOUS ->
          text.line(
              "to do",
              "the crate refuses this. 'durability import' leaves it out: a crash leaves it, but"
                  + " so does damage of an entry that was synced. Compare with a backup");
      case CORRUPT ->
          text.line(
              "to do",
              "restore the file from a backup, or take over the entries before it: 'durability"
                  + " import --to "
                  + id(report.lastEntryId())
                  + "'");
    }
    return text.bytes();
  }

  static String format(CrateReport report) {
    return "of the Rust crate durability, " + versions(report);
  }

  private static String versions(CrateReport report) {
    return report.segments().isEmpty()
        ? "no segment"
        : "version "
            + report.segments().stream()
                .map(CrateSegment::version)
                .distinct()
                .map(String::valueOf)
                .collect(Collectors.joining(" and "));
  }

  /** Names of files come from whoever wrote the directory: they may not control the terminal. */
  void line(String name, String value) {
    String printable = CONTROL.matcher(value).replaceAll("?");
    text.append(String.format(Locale.ROOT, "%-12s%s%n", name, printable));
  }

  void newerChecksums(CrateReport report) {
    if (report.newerChecksums() > 0) {
      line(
          "note",
          report.newerChecksums()
              + " entries in segments of version 2 have a checksum of version 3: a crate of 0.7.2 or"
              + " later went on with them, and cannot read them itself");
    }
  }

  void leftOut(String name, List<LeftOut> all) {
    for (LeftOut each : all) {
      line(name, of(each));
    }
  }

  static String of(LeftOut each) {
    return each.file()
        + " at offset "
        + each.offset()
        + ", "
        + each.bytes()
        + " bytes: "
        + each.reason();
  }

  void checkpoints(List<CrateCheckpoint> all) {
    for (CrateCheckpoint each : all) {
      line("checkpoint", each.path() + "  (up to entry " + id(each.lastEntryId()) + ")");
    }
  }

  byte[] bytes() {
    return text.toString().getBytes(Charset.defaultCharset());
  }

  static String id(long unsigned) {
    return Long.toUnsignedString(unsigned);
  }

  /** The report of {@code verify}. Programs read its keys, so they are fixed. */
  static byte[] jsonOf(CrateReport report) throws IOException {
    return json(
        json -> {
          json.writeStringField("verdict", report.verdict().name());
          json.writeFieldName("versions");
          json.writeStartArray();
          for (int version :
              report.segments().stream().mapToInt(CrateSegment::version).distinct().toArray()) {
            json.writeNumber(version);
          }
          json.writeEndArray();
          writeId(json, "intact", report.lastEntryId());
          writeId(json, "first", report.firstEntryId());
          json.writeNumberField("segments", report.segments().size());
          json.writeNumberField("newerChecksums", report.newerChecksums());
          json.writeStringField("reason", report.reason());
          json.writeFieldName("checksum");
          writeChecksum(json, report.checksum());
          writeLeftOut(json, "leftOut", report.leftOut());
        });
  }

  /** The report of {@code stats}. Programs read its keys, so they are fixed. */
  static byte[] jsonOf(CrateLook look) throws IOException {
    return json(look::write);
  }

  /** One object on one line. */
  static byte[] json(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }

  static void writeId(JsonGenerator json, String name, long unsigned) throws IOException {
    json.writeNumberField(name, new BigInteger(Long.toUnsignedString(unsigned)));
  }

  private static void writeChecksum(JsonGenerator json, @Nullable ChecksumMismatch checksum)
      throws IOException {
    if (checksum == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeNumberField("expected", Integer.toUnsignedLong(checksum.expected()));
    json.writeNumberField("found", Integer.toUnsignedLong(checksum.found()));
    json.writeEndObject();
  }

  static void writeLeftOut(JsonGenerator json, String name, List<LeftOut> all) throws IOException {
    json.writeArrayFieldStart(name);
    for (LeftOut each : all) {
      json.writeStartObject();
      json.writeStringField("file", each.file());
      json.writeNumberField("offset", each.offset());
      json.writeNumberField("bytes", each.bytes());
      json.writeStringField("reason", each.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static void writeCheckpoints(JsonGenerator json, List<CrateCheckpoint> all) throws IOException {
    json.writeArrayFieldStart("checkpoints");
    for (CrateCheckpoint each : all) {
      json.writeStartObject();
      json.writeStringField("file", each.path());
      writeId(json, "last", each.lastEntryId());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
