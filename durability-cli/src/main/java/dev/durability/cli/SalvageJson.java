package dev.durability.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.log.LogReport;
import dev.durability.salvage.EndRemains;
import dev.durability.salvage.MissingEntries;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a salvage tells, as JSON. Programs read its keys, so they are fixed. */
final class SalvageJson {
  private SalvageJson() {}

  static void missing(JsonGenerator json, MissingEntries gap) throws IOException {
    json.writeStringField("what", "missing");
    json.writeStringField("kind", gap.kind().name());
    json.writeNumberField("first", gap.firstEntryId());
    if (gap.lastEntryId() == SalvageOutput.UNKNOWN_END) {
      json.writeNullField("last");
    } else {
      json.writeNumberField("last", gap.lastEntryId());
    }
    position(json, "after", gap.after());
    position(json, "before", gap.before());
    json.writeStringField("evidence", gap.evidence());
  }

  private static void position(
      JsonGenerator json, String field, LogReport.@Nullable Position position) throws IOException {
    if (position == null) {
      json.writeNullField(field);
      return;
    }
    json.writeObjectFieldStart(field);
    json.writeStringField("file", position.file());
    json.writeNumberField("offset", position.offset());
    json.writeEndObject();
  }

  static void remains(JsonGenerator json, EndRemains end) throws IOException {
    json.writeStringField("what", "tornEnd");
    position(json, "at", end.at());
    json.writeNumberField("last", end.lastEntryId());
    json.writeNumberField("bytes", end.bytes());
    json.writeBooleanField("ended", end.isEnded());
  }

  static void array(JsonGenerator json, String field, List<String> objects) throws IOException {
    json.writeArrayFieldStart(field);
    for (String object : objects) {
      json.writeRawValue(object);
    }
    json.writeEndArray();
  }
}
