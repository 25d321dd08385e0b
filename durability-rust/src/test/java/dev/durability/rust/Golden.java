package dev.durability.rust;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files that the crate wrote, and what it read from them. */
final class Golden {
  static final HexFormat HEX = HexFormat.of();

  private Golden() {}

  static Path path(String relative) {
    try {
      return Path.of(Objects.requireNonNull(Golden.class.getResource("golden"), "golden").toURI())
          .resolve(relative);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode expected(String group) throws IOException {
    return new ObjectMapper().readTree(path(group).resolve("expected.json").toFile());
  }

  /** The files below a directory of the golden files, by their paths in it. */
  static Map<String, byte[]> files(String relative) throws IOException {
    Path root = path(relative);
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(each).toString().replace('\\', '/'), Files.readAllBytes(each));
      }
    }
    return files;
  }

  static MemoryDirectory directory(String relative) throws IOException {
    return directory(files(relative));
  }

  static MemoryDirectory directory(Map<String, byte[]> files) throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      put(directory, each.getKey(), each.getValue());
    }
    return directory;
  }

  static void put(Directory directory, String path, byte... content) throws IOException {
    directory.createDirectories(Directory.parentOf(path));
    if (directory.exists(path)) {
      directory.delete(path);
    }
    try (AppendFile file = directory.create(path, 0)) {
      file.write(ByteBuffer.wrap(content));
    }
  }

  /** All files in the two directories of a crate's root, and in the root. */
  static Map<String, byte[]> content(Directory directory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (String parent : List.of("", "wal", "checkpoints")) {
      if (!parent.isEmpty() && !directory.exists(parent)) {
        continue;
      }
      for (String name : directory.list(parent)) {
        String path = parent.isEmpty() ? name : parent + "/" + name;
        try (FileBytes bytes = FileBytes.open(directory, path)) {
          files.put(path, bytes.copy(0, (int) bytes.size));
        }
      }
    }
    return files;
  }

  /** The same, as text that shows where it differs. */
  static Map<String, String> hex(Map<String, byte[]> files) {
    Map<String, String> hex = new TreeMap<>();
    files.forEach((path, content) -> hex.put(path, HEX.formatHex(content)));
    return hex;
  }

  static long u64(JsonNode number) {
    return new BigInteger(number.asText()).longValue();
  }

  static int u32(JsonNode number) {
    return new BigInteger(number.asText()).intValue();
  }

  static List<Long> ids(JsonNode array) {
    List<Long> ids = new ArrayList<>();
    array.forEach(each -> ids.add(u64(each)));
    return ids;
  }

  static WalEntry entry(JsonNode v) {
    return switch (v.get("type").asText()) {
      case "AddSegment" ->
          new WalEntry.AddSegment(u64(v.get("segment_id")), u32(v.get("doc_count")));
      case "StartMerge" ->
          new WalEntry.StartMerge(u64(v.get("transaction_id")), ids(v.get("segment_ids")));
      case "CancelMerge" ->
          new WalEntry.CancelMerge(u64(v.get("transaction_id")), ids(v.get("segment_ids")));
      case "EndMerge" ->
          new WalEntry.EndMerge(
              u64(v.get("transaction_id")),
              u64(v.get("new_segment_id")),
              ids(v.get("old_segment_ids")),
              documents(v.get("remapped_deletes")));
      case "DeleteDocuments" -> new WalEntry.DeleteDocuments(documents(v.get("deletes")));
      case "Checkpoint" ->
          new WalEntry.Checkpoint(v.get("checkpoint_path").asText(), u64(v.get("last_entry_id")));
      default -> throw new AssertionError("no entry: " + v);
    };
  }

  private static List<WalEntry.Document> documents(JsonNode array) {
    List<WalEntry.Document> documents = new ArrayList<>();
    array.forEach(each -> documents.add(new WalEntry.Document(u64(each.get(0)), u32(each.get(1)))));
    return documents;
  }

  static CheckpointState state(JsonNode segments) {
    List<CheckpointState.Segment> all = new ArrayList<>();
    for (JsonNode each : segments) {
      List<Integer> deleted = new ArrayList<>();
      each.get("deleted_docs").forEach(doc -> deleted.add(u32(doc)));
      all.add(
          new CheckpointState.Segment(
              u64(each.get("segment_id")), u32(each.get("doc_count")), deleted));
    }
    return new CheckpointState(all);
  }

  /** The words of the failure, or the whole failure if the crate had none of its own. */
  static void assertSaid(Throwable failure, JsonNode error) {
    String words = error.get("error").asText();
    String message = String.valueOf(failure.getMessage());
    // The words of the standard library of Rust are not ours.
    boolean same =
        error.get("kind").asText().equals("Io")
            ? message.contains("i/o error: ")
            : message.contains(words);
    if (!same) {
      throw new AssertionError("expected: " + words + "\n but was: " + message, failure);
    }
  }

  static List<String> recordedGroups() {
    try (Stream<Path> all = Files.list(path(""))) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
