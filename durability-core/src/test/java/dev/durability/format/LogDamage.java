package dev.durability.format;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameKind;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.LogBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;

/** What disks, people and wrong writers do to the files of a log. Not thread-safe. */
final class LogDamage {
  private static final int FLAGS_AT = 52;
  private static final int SALT_AT = 56;

  private final Map<String, byte[]> files;
  private final Random random;

  LogDamage(Map<String, byte[]> files, Random random) {
    this.files = files;
    this.random = random;
  }

  /** Does one damage, of a kind that the random numbers choose. */
  void once() throws IOException {
    List<String> names = new ArrayList<>(files.keySet());
    List<String> segments = names.stream().filter(n -> n.endsWith(".wal")).toList();
    if (segments.isEmpty()) {
      return;
    }
    String any = names.get(random.nextInt(names.size()));
    String segment = segments.get(random.nextInt(segments.size()));
    String last = segments.get(segments.size() - 1);
    switch (random.nextInt(16)) {
      case 0 -> files.remove(any);
      case 1 -> damage(any);
      case 2, 3, 4 -> damage(last);
      case 5 -> {
        damage(last);
        damage(last);
      }
      case 6 -> removePrefix(segments);
      case 7 -> lengthen(segment);
      case 8 -> changeFlags(segment);
      case 9 -> changeHeader(any);
      case 10 -> changeLog(segment);
      case 11 -> copy(segment);
      case 12 -> rename(segment);
      case 13 -> files.put(segment, files.get(last));
      case 14 -> promiseBehind(segment);
      default -> files.keySet().removeIf(name -> name.equals(segment) || name.equals(any));
    }
  }

  private void damage(String name) {
    files.put(name, DocumentedReaderTest.damaged(files.get(name), random));
  }

  /** As after a truncation, and the checkpoints may be gone. */
  private void removePrefix(List<String> segments) {
    segments.subList(0, random.nextInt(segments.size())).forEach(files::remove);
    if (random.nextBoolean()) {
      files.keySet().removeIf(n -> n.endsWith(".ckpt"));
    }
  }

  /** Something, or zeros, comes after END. */
  private void lengthen(String name) {
    byte[] bytes = files.get(name);
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 64);
    longer[bytes.length + random.nextInt(64)] = (byte) random.nextInt(2);
    files.put(name, longer);
  }

  private void changeFlags(String name) {
    byte[] bytes = files.get(name).clone();
    if (bytes.length >= FileHeader.BYTES) {
      bytes[FLAGS_AT] ^= (byte) (1 + random.nextInt(random.nextInt(4) == 0 ? 7 : 3));
      files.put(name, withRightCheck(bytes));
    }
  }

  private void changeHeader(String name) {
    byte[] bytes = files.get(name).clone();
    if (bytes.length >= FileHeader.BYTES) {
      bytes[random.nextInt(FileHeader.BYTES - 4)] ^= (byte) (1 << random.nextInt(8));
      files.put(name, withRightCheck(bytes));
    }
  }

  private void changeLog(String name) {
    byte[] bytes = files.get(name).clone();
    if (bytes.length >= FileHeader.BYTES) {
      UUID other = RandomLog.OTHER_LOG;
      little(bytes)
          .putLong(8, other.getMostSignificantBits())
          .putLong(16, other.getLeastSignificantBits());
      files.put(name, withRightCheck(bytes));
    }
  }

  /** A number twice, or a name that its header agrees with and no writer gave. */
  private void copy(String name) {
    byte[] bytes = files.get(name).clone();
    if (bytes.length >= FileHeader.BYTES) {
      long number = little(bytes).getLong(24) + random.nextInt(2);
      long firstId = little(bytes).getLong(32) + random.nextInt(5) - 2;
      if (firstId > 0 && firstId < 1000 && number > 0 && number < 1000) {
        little(bytes).putLong(24, number).putLong(32, firstId);
        files.put(path(number, firstId), withRightCheck(bytes));
      }
    }
  }

  private void rename(String name) {
    byte[] bytes = files.remove(name);
    files.put(path(random.nextInt(8), random.nextInt(8)), bytes);
  }

  /** Frames that validate come after the last one, with ids and promises that may be any. */
  private void promiseBehind(String name) throws IOException {
    byte[] bytes = files.get(name);
    if (bytes.length < FileHeader.BYTES || bytes.length % 8 != 0) {
      return;
    }
    int salt = little(bytes).getInt(SALT_AT);
    long id = 1L + random.nextInt(40);
    LogBuilder more =
        new LogBuilder(new MemoryDirectory()).segment(LogBuilder.LOG_ID, 1, id, 0, salt);
    switch (random.nextInt(5)) {
      case 0 -> more.mark(id - 1);
      case 1 -> more.end(id - 1);
      case 2 -> more.checkpoint(id - 1, "");
      case 3 -> more.schema("a", "b");
      default -> more.frame(FrameKind.PART, id, new byte[5]);
    }
    byte[] frame = Arrays.copyOfRange(more.bytes(), FileHeader.BYTES, more.bytes().length);
    byte[] longer = Arrays.copyOf(bytes, bytes.length + frame.length);
    System.arraycopy(frame, 0, longer, bytes.length, frame.length);
    files.put(name, longer);
  }

  private static String path(long number, long firstId) {
    return String.format(Locale.ROOT, "wal/%020d-%020d.wal", number, firstId);
  }

  private static byte[] withRightCheck(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, FileHeader.BYTES - 4);
    little(bytes).putInt(FileHeader.BYTES - 4, (int) crc.getValue());
    return bytes;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
