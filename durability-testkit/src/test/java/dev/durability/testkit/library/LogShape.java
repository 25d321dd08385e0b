package dev.durability.testkit.library;

import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Tells states of logs apart by what matters: names, sizes, kinds, lengths, ids and promises of
 * frames, which of them are valid, and where other bytes are. Payload, salts, times, identities and
 * checksums are left out, so that two states of which nobody could say how they differ count as
 * one.
 */
final class LogShape {
  private static final int HEADER = 64;

  private long hash;

  private LogShape() {}

  static long of(Directory directory) throws IOException {
    LogShape shape = new LogShape();
    files(directory)
        .forEach(
            (name, bytes) -> {
              shape.add(name.hashCode());
              shape.add(bytes.length);
              shape.file(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
            });
    return shape.hash;
  }

  /** All files, by name, but for locks. */
  static Map<String, byte[]> files(Directory directory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (String place : List.of("", "wal", "checkpoints", "quarantine", "found")) {
      List<String> names;
      try {
        names = directory.list(place);
      } catch (NoSuchFileException none) {
        continue;
      }
      for (String name : names) {
        String path = place.isEmpty() ? name : place + "/" + name;
        if (!name.endsWith("lock")) {
          files.put(path, read(directory, path));
        }
      }
    }
    return files;
  }

  static byte[] read(Directory directory, String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      ByteBuffer all = ByteBuffer.allocate((int) file.size());
      while (all.hasRemaining() && file.read(all, all.position()) >= 0) {
        // Reads may be short.
      }
      return all.array();
    }
  }

  private void add(long value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15L;
    hash ^= hash >>> 29;
  }

  private void file(ByteBuffer bytes) {
    if (bytes.capacity() < HEADER || crc(bytes, 0, HEADER - 4) != bytes.getInt(HEADER - 4)) {
      add(-1);
      others(bytes, 0, bytes.capacity());
      return;
    }
    add(bytes.getInt(0));
    add(bytes.getLong(24));
    add(bytes.getLong(32));
    int salt = bytes.getInt(56);
    int from = HEADER;
    int at = HEADER;
    while (at + 16 <= bytes.capacity()) {
      long end = at + 16L + (bytes.getInt(at + 4) & 0x0fff_ffff);
      if (bytes.getInt(at + 4) != 0
          && end <= bytes.capacity()
          && (crc(bytes, at + 4, (int) end) ^ salt) == bytes.getInt(at)) {
        others(bytes, from, at);
        frame(bytes, at);
        at = (int) (end + 7) / 8 * 8;
        from = at;
      } else {
        at += 8;
      }
    }
    others(bytes, from, bytes.capacity());
  }

  private void frame(ByteBuffer bytes, int at) {
    int kind = bytes.getInt(at + 4) >>> 28;
    add(at);
    add(bytes.getInt(at + 4));
    add(bytes.getLong(at + 8));
    if (kind >= 3) {
      add(bytes.getLong(at + 16));
    }
  }

  /** Bytes that are no frame: by pieces of a sector, whether they are zeros. */
  private void others(ByteBuffer bytes, int from, int to) {
    for (int at = from; at < to; ) {
      int end = Math.min(to, (at / 512 + 1) * 512);
      boolean zeros = true;
      while (at < end) {
        zeros &= bytes.get(at++) == 0;
      }
      add(zeros ? 2 : 3);
    }
  }

  private static int crc(ByteBuffer bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().position(from).limit(to));
    return (int) crc.getValue();
  }
}
