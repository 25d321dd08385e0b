package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.errors.ChecksumMismatch;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.QuarantinedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A report as JSON. Programs read its keys, so they are fixed. */
final class ReportJson {

  private ReportJson() {}

  /** One object on one line. */
  static byte[] of(LogReport report, List<QuarantinedFile> kept) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("verdict", report.verdict().name());
      json.writeNumberField("intact", report.intact());
      json.writeNumberField("covered", report.covered());
      json.writeNumberField("promised", report.promised());
      json.writeNumberField("segments", report.segments());
      json.writeFieldName("cut");
      position(json, report.cut());
      json.writeStringField("reason", report.reason());
      json.writeFieldName("checksum");
      writeChecksum(json, report.checksum());
      json.writeNumberField("quarantineFiles", kept.size());
      json.writeNumberField("quarantineBytes", QuarantineCommand.bytes(kept));
      json.writeFieldName("place");
      position(json, report.verdict() == Verdict.CORRUPT ? report.end() : null);
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }

  private static void position(JsonGenerator json, LogReport.@Nullable Position place)
      throws IOException {
    if (place == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeStringField("file", place.file());
    json.writeNumberField("offset", place.offset());
    json.writeEndObject();
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
}
