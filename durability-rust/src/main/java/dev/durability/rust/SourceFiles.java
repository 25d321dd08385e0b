package dev.durability.rust;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The crate's files in a directory, with sizes and hashes: those of {@code wal/}, {@code
 * checkpoints/} and the root that begin as one of its files. Of the others in {@code wal/} the
 * names count, since a segment that is being made has another one.
 */
final class SourceFiles {
  private static final int READ_BYTES = 256 << 10;

  private final Map<String, String> states = new TreeMap<>();
  private final Map<String, Integer> magics = new TreeMap<>();

  private SourceFiles() {}

  static SourceFiles of(Directory directory) throws IOException {
    SourceFiles files = new SourceFiles();
    for (String parent : List.of(CrateLog.DIRECTORY, Checkpoints.DIRECTORY, "")) {
      for (String name : names(directory, parent)) {
        files.add(directory, parent, name);
      }
    }
    return files;
  }

  private static List<String> names(Directory directory, String parent) throws IOException {
    try {
      return directory.list(parent);
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }

  private void add(Directory directory, String parent, String name) throws IOException {
    String path = parent.isEmpty() ? name : parent + "/" + name;
    boolean isSegment = parent.equals(CrateLog.DIRECTORY) && SegmentFile.of(name).isPresent();
    if (parent.equals(CrateLog.DIRECTORY) && !isSegment) {
      states.put(path, "a name"); // Not opened: one of them is the lock.
      return;
    }
    try (ReadFile file = directory.open(path)) {
      int magic = MagicBytes.of(file);
      boolean isOfCrate =
          magic == CrateFormat.CHECKPOINT_MAGIC
              || magic == CrateFormat.RECORD_LOG_MAGIC
              || magic == CrateFormat.WAL_MAGIC;
      if (isSegment || isOfCrate) {
        magics.put(path, magic);
        states.put(path, file.size() + " bytes, SHA-256 " + hash(file));
      }
    } catch (FileSystemException notReadable) {
      if (isSegment) {
        throw notReadable;
      }
    }
  }

  private static String hash(ReadFile file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
    ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
    for (long offset = 0; file.read(buffer, offset) >= 0; ) {
      buffer.flip();
      offset += buffer.remaining();
      digest.update(buffer);
      buffer.clear();
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The files that begin with a magic. */
  List<String> with(int magic) {
    return magics.entrySet().stream()
        .filter(each -> each.getValue() == magic)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Refuses a source that is not as it was. */
  void requireSame(SourceFiles after) throws IOException {
    if (states.equals(after.states)) {
      return;
    }
    TreeSet<String> changed = new TreeSet<>();
    for (Map.Entry<String, String> each : states.entrySet()) {
      if (!each.getValue().equals(after.states.get(each.getKey()))) {
        changed.add(each.getKey());
      }
    }
    for (String path : after.states.keySet()) {
      if (!states.containsKey(path)) {
        changed.add(path);
      }
    }
    throw new IOException(
        "the source changed while it was read ("
            + String.join(", ", changed)
            + "): stop the program that writes it, and try again");
  }
}
