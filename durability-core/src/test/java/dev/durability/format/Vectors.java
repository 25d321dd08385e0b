package dev.durability.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The files of vectors.json, which an encoder made that shares no code with this project. */
public final class Vectors {
  private static final JsonNode ROOT = load();

  private Vectors() {}

  private static JsonNode load() {
    try (InputStream in = Vectors.class.getResourceAsStream("/dev/durability/vectors.json")) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in, "vectors.json"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  public static JsonNode root() {
    return ROOT;
  }

  public static byte[] hex(JsonNode text) {
    return HexFormat.of().parseHex(text.asText());
  }

  public static List<Log> logs() {
    List<Log> logs = new ArrayList<>();
    for (JsonNode node : ROOT.get("logs")) {
      Map<String, byte[]> files = new LinkedHashMap<>();
      node.get("files").properties().forEach(e -> files.put(e.getKey(), hex(e.getValue())));
      List<Entry> entries = new ArrayList<>();
      for (JsonNode entry : node.get("entries")) {
        entries.add(new Entry(entry.get(0).asLong(), entry.get(1).asText(), entry.get(2).asText()));
      }
      logs.add(
          new Log(
              node.get("name").asText(),
              files,
              node.get("verdict").asText(),
              node.get("P").asLong(),
              node.get("C").asLong(),
              node.get("D").asLong(),
              entries));
    }
    return logs;
  }

  /** The record log of the vectors. */
  public static byte[] recordLog() {
    return hex(ROOT.get("record_log").get("file"));
  }

  /** The checkpoint of the vectors, of entry 4, with the payload "state". */
  public static byte[] checkpoint() {
    return hex(ROOT.get("checkpoint").get("file"));
  }

  /** The records of the record log, in hex. */
  public static List<String> records() {
    List<String> records = new ArrayList<>();
    ROOT.get("record_log").get("records").forEach(record -> records.add(record.asText()));
    return records;
  }

  /** Files of another version, by what is other about them. */
  public static Map<String, byte[]> unsupported() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    ROOT.get("unsupported").properties().forEach(e -> files.put(e.getKey(), hex(e.getValue())));
    return files;
  }

  /** The checkpoint of the vectors, with what is in it. */
  public static Checkpoint aCheckpoint() {
    return checkpoint(ROOT.get("checkpoint"));
  }

  /** The one with a SCHEMA. */
  public static Checkpoint checkpointWithSchema() {
    return checkpoint(ROOT.get("checkpoint_with_schema"));
  }

  private static Checkpoint checkpoint(JsonNode node) {
    List<List<String>> schemas = new ArrayList<>();
    if (node.has("schema")) {
      schemas.add(List.of(node.get("schema").get(0).asText(), node.get("schema").get(1).asText()));
    }
    return new Checkpoint(
        hex(node.get("file")),
        node.get("last_entry_id").asLong(),
        schemas,
        hex(node.get("payload")));
  }

  /** A checkpoint: its schemas are pairs of a media type and a descriptor in hex. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Checkpoint(
      byte[] file, long lastEntryId, List<List<String>> schemas, byte[] payload) {}

  /** An entry: its value is the payload in hex. */
  public record Entry(long id, String kind, String value) {}

  /** A log: its files by path, and what recovery must say of it. */
  public record Log(
      String name,
      Map<String, byte[]> files,
      String verdict,
      long intact,
      long covered,
      long promised,
      List<Entry> entries) {
    @Override
    public String toString() {
      return name;
    }
  }
}
