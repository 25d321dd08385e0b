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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The crate's files in a directory, with sizes and hashes: all in {@code wal/} and {@code
 * checkpoints/}, those in the root that begin as one of its files, and those that a marker names.
 */
final class SourceFiles {
  private static final int READ_BYTES = 256 << 10;

  /** What the lock of a log is, also that of this library on it. Opening it might free it. */
  private static final List<String> LOCKS = List.of(WriterLock.PATH, WriterLock.PATH + ".holder");

  private final Directory directory;

  /** All that is compared, by its path. */
  private final Map<String, String> states = new TreeMap<>();

  private final Map<String, Integer> magics = new TreeMap<>();
  private final List<LeftOut> leftOut = new ArrayList<>();

  private SourceFiles(Directory directory) {
    this.directory = directory;
  }

  static SourceFiles of(Directory directory) throws IOException {
    SourceFiles files = new SourceFiles(directory);
    for (String parent : List.of(CrateLog.DIRECTORY, Checkpoints.DIRECTORY, "")) {
      for (String name : names(directory, parent)) {
        files.add(parent.isEmpty() ? name : parent + "/" + name, name, parent);
      }
    }
    return files;
  }

  /** The same files as they are now. */
  SourceFiles again(Collection<String> named) throws IOException {
    SourceFiles files = of(directory);
    files.addNamed(named);
    return files;
  }

  private static List<String> names(Directory directory, String parent) throws IOException {
    try {
      return directory.list(parent);
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }

  /** Adds files that markers name and that are there, wherever they are. */
  void addNamed(Collection<String> paths) throws IOException {
    for (String path : paths) {
      if (states.containsKey(path)) {
        continue;
      }
      try (ReadFile file = directory.open(path)) {
        look(path, file, "a marker names it, but it is no checkpoint");
      } catch (FileSystemException notReadable) {
        leave(path, notReadable);
      }
    }
  }

  private void add(String path, String name, String parent) throws IOException {
    if (LOCKS.contains(path)) {
      states.put(path, "a name");
      return;
    }
    boolean isSegment = parent.equals(CrateLog.DIRECTORY) && SegmentFile.of(name).isPresent();
    try (ReadFile file = directory.open(path)) {
      if (isSegment) {
        states.put(path, state(file)); // Whatever it is, it is part of the log.
        return;
      }
      if (parent.isEmpty() && !isOfCrate(MagicBytes.of(file)) && !name.endsWith(".chk")) {
        return; // The user's.
      }
      look(
          path,
          file,
          parent.equals(CrateLog.DIRECTORY)
              ? "its name is not that of a segment"
              : "it does not begin as a checkpoint of the crate");
    } catch (FileSystemException notReadable) {
      if (isSegment) {
        throw notReadable;
      } else if (!parent.isEmpty()) {
        leave(path, notReadable);
      }
    }
  }

  /** Hashes a file, and says what it is unless it is a checkpoint, which is judged later. */
  private void look(String path, ReadFile file, String otherwise) throws IOException {
    int magic = MagicBytes.of(file);
    magics.put(path, magic);
    states.put(path, state(file));
    String what =
        switch (magic) {
          case CrateFormat.CHECKPOINT_MAGIC -> "";
          case CrateFormat.RECORD_LOG_MAGIC -> "a record log: it is not part of the log";
          case CrateFormat.WAL_MAGIC -> "it begins as a segment, and is none by its place and name";
          default -> otherwise;
        };
    if (!what.isEmpty()) {
      leftOut.add(new LeftOut(path, 0, file.size(), what));
    }
  }

  private void leave(String path, FileSystemException notReadable) {
    states.put(path, "cannot be read");
    leftOut.add(new LeftOut(path, 0, 0, "it cannot be read: " + notReadable.getMessage()));
  }

  private static boolean isOfCrate(int magic) {
    return magic == CrateFormat.CHECKPOINT_MAGIC
        || magic == CrateFormat.RECORD_LOG_MAGIC
        || magic == CrateFormat.WAL_MAGIC;
  }

  private static String state(ReadFile file) throws IOException {
    return file.size() + " bytes, SHA-256 " + hash(file);
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

  /** The files that begin as a checkpoint. */
  List<String> checkpoints() {
    return magics.entrySet().stream()
        .filter(each -> each.getValue() == CrateFormat.CHECKPOINT_MAGIC)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The files that are neither segments nor checkpoints, and those that cannot be read. */
  List<LeftOut> leftOut() {
    return List.copyOf(leftOut);
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
