package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.codec.Schema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code durability schema check} found.
 *
 * @param entries what the codec of the entries makes of each schema
 * @param checkpoints what the codec of the checkpoints makes of each, by their paths
 * @param unchecked the paths of checkpoints with a schema that were not looked at
 * @param streams the paths of checkpoints without a schema, which no codec can be asked about
 * @param decoded whether values were decoded, and not only schemas compared
 */
record SchemaCheckReport(
    List<CheckedSchema> entries,
    Map<String, CheckedSchema> checkpoints,
    List<String> unchecked,
    List<String> streams,
    boolean decoded) {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Whether all that was looked at is read. */
  boolean readsAll() {
    return entries.stream().allMatch(CheckedSchema::isRead)
        && checkpoints.values().stream().allMatch(CheckedSchema::isRead);
  }

  /** For people. */
  byte[] text() {
    StringBuilder text = new StringBuilder();
    for (CheckedSchema each : entries) {
      String range =
          each.lastId() == 0
              ? "from entry " + each.firstId()
              : range(each.firstId(), each.lastId());
      text.append(range).append(": ");
      describe(text, each);
    }
    checkpoints.forEach(
        (path, each) -> {
          text.append(path).append(": ");
          describe(text, each);
        });
    for (String path : unchecked) {
      text.append(path).append(": not checked, see --checkpoints-against\n");
    }
    for (String path : streams) {
      text.append(path)
          .append(": a stream without a schema, not checked; let a test read it with the program's")
          .append(" own code\n");
    }
    if (entries.isEmpty()) {
      text.append("no entries\n");
    }
    text.append(readsAll() ? "all of this is read\n" : "not all of this is read\n");
    return Printable.text(text.toString()).getBytes(StandardCharsets.UTF_8);
  }

  private static String range(long first, long last) {
    return first == last ? "entry " + first : "entries " + first + " to " + last;
  }

  private static void describe(StringBuilder text, CheckedSchema each) {
    text.append(Printable.line(each.schema().map(Schema::mediaType).orElse("no schema")));
    if (!each.problems().isEmpty()) {
      text.append(", not read\n");
      each.problems()
          .forEach(problem -> text.append("  ").append(Printable.line(problem)).append('\n'));
    } else if (each.failure() == null) {
      text.append(", read\n");
    } else {
      text.append(", ")
          .append(each.undecodable())
          .append(" of ")
          .append(each.entries())
          .append(" cannot be decoded\n  entry ")
          .append(each.firstUndecodableId())
          .append(": ")
          .append(each.failure())
          .append('\n');
    }
  }

  /**
   * An object per schema and per checkpoint, each on one line. Programs read the keys, so they are
   * fixed.
   */
  byte[] json() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (CheckedSchema each : entries) {
      write(bytes, null, each);
    }
    for (Map.Entry<String, CheckedSchema> each : checkpoints.entrySet()) {
      write(bytes, each.getKey(), each.getValue());
    }
    return bytes.toByteArray();
  }

  private void write(ByteArrayOutputStream bytes, @Nullable String checkpoint, CheckedSchema schema)
      throws IOException {
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      boolean isCheckpoint = checkpoint != null;
      json.writeStartObject();
      json.writeStringField("checkpoint", checkpoint);
      number(json, "firstEntryId", schema.firstId(), !isCheckpoint);
      number(json, "lastEntryId", isCheckpoint ? schema.firstId() : schema.lastId(), true);
      json.writeStringField("mediaType", schema.schema().map(Schema::mediaType).orElse(null));
      json.writeBooleanField("read", schema.isRead());
      json.writeArrayFieldStart("problems");
      for (String problem : schema.problems()) {
        json.writeString(problem);
      }
      json.writeEndArray();
      number(json, "entries", schema.entries(), decoded && !isCheckpoint);
      number(json, "undecodable", schema.undecodable(), decoded);
      number(json, "firstUndecodableId", schema.firstUndecodableId(), true);
      json.writeStringField("failure", schema.failure());
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  /** Writes null if there is no such number, or it was not looked for. */
  private static void number(JsonGenerator json, String key, long value, boolean isKnown)
      throws IOException {
    if (isKnown && (value != 0 || key.equals("undecodable"))) {
      json.writeNumberField(key, value);
    } else {
      json.writeNullField(key);
    }
  }
}
