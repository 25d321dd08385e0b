package dev.durability.benchmarks.probe;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the files of a log one after the other, steps from frame to frame by their lengths,
 * computes each checksum and adds up the first 8 bytes of the entries: the least that a reader can
 * do that checks the log. docs/format.md has the bytes.
 */
public final class BareScan extends Contestant {
  private static final int FILE_HEADER_BYTES = 64;
  private static final int FRAME_HEADER_BYTES = 16;
  private static final int SALT_OFFSET = 56;
  private static final int LENGTH_MASK = (1 << 28) - 1;
  private static final int ENTRY = 1;
  private static final int WINDOW_BYTES = 256 << 10;

  private final boolean maps;
  private final ByteBuffer window =
      ByteBuffer.allocateDirect(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Has the same class as a mapping, so that the compiled loop knows only one class. */
  private final ByteBuffer readOnly = window.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);

  private final Path log;
  private final long entries;
  private final long expectedSum;
  private final CRC32C crc = new CRC32C();
  private long found;
  private long sum;

  private BareScan(String name, Role role, boolean maps, Path log, long entries, long expectedSum) {
    super(name, role, "checks each checksum");
    this.maps = maps;
    this.log = log;
    this.entries = entries;
    this.expectedSum = expectedSum;
  }

  /**
   * Makes the probe, which maps the files.
   *
   * @param log the directory of the log, which is written by the time this is opened
   * @param entries how many entries it has
   * @param expectedSum the sum of the first 8 bytes, big-endian, of each
   * @return the probe
   */
  public static BareScan mapping(Path log, long entries, long expectedSum) {
    return new BareScan(
        "probe: mapped scan with CRC-32C", Role.PROBE, true, log, entries, expectedSum);
  }

  /**
   * Makes the same loop beside another probe.
   *
   * @param log the directory of the log, which is written by the time this is opened
   * @param entries how many entries it has
   * @param expectedSum the sum of the first 8 bytes, big-endian, of each
   * @return the loop
   */
  public static BareScan alsoMapping(Path log, long entries, long expectedSum) {
    return new BareScan(
        "bare loop: mapped scan with CRC-32C", Role.BARE, true, log, entries, expectedSum);
  }

  /**
   * Makes the loop that reads the files 256 KiB at a time, as a reader must that may not be killed
   * by a file that is cut while it is read.
   *
   * @param log the directory of the log, which is written by the time this is opened
   * @param entries how many entries it has, each much smaller than what is read at a time
   * @param expectedSum the sum of the first 8 bytes, big-endian, of each
   * @return the loop
   */
  public static BareScan reading(Path log, long entries, long expectedSum) {
    return new BareScan(
        "bare loop: the same, read 256 KiB at a time", Role.BARE, false, log, entries, expectedSum);
  }

  @Override
  public void open(Path directory) {}

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long start = System.nanoTime();
    found = 0;
    sum = 0;
    for (Path segment : segments()) {
      scan(segment);
    }
    long nanos = System.nanoTime() - start;
    if (found != entries || sum != expectedSum) {
      throw new IOException("the probe found " + found + " entries in " + log + ", not " + entries);
    }
    return nanos;
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(log.resolve("wal"))) {
      return files
          .filter(f -> Objects.toString(f.getFileName()).endsWith(".wal"))
          .sorted()
          .toList();
    }
  }

  private void scan(Path segment) throws IOException {
    try (FileChannel file = FileChannel.open(segment)) {
      if (maps) {
        ByteBuffer all = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
        all.order(ByteOrder.LITTLE_ENDIAN);
        frames(all.position(FILE_HEADER_BYTES), all.getInt(SALT_OFFSET));
      } else {
        read(file);
      }
    }
  }

  private void read(FileChannel file) throws IOException {
    window.clear();
    int read = file.read(window);
    int salt = window.getInt(SALT_OFFSET);
    readOnly.limit(window.position()).position(FILE_HEADER_BYTES);
    while (read > 0 && frames(readOnly, salt)) {
      window.flip().position(readOnly.position());
      window.compact();
      read = file.read(window);
      readOnly.limit(window.position()).position(0);
    }
  }

  /**
   * Takes the frames that are whole in the bytes, and leaves the position after them.
   *
   * @return whether more may follow
   */
  private boolean frames(ByteBuffer bytes, int salt) {
    int at = bytes.position();
    int end = bytes.limit();
    boolean valid = true;
    while (at + FRAME_HEADER_BYTES <= end) {
      int kindAndLength = bytes.getInt(at + 4);
      int frameEnd = at + FRAME_HEADER_BYTES + (kindAndLength & LENGTH_MASK);
      int next = (frameEnd + 7) & -8;
      if (next > end) {
        break;
      }
      crc.reset();
      bytes.limit(frameEnd).position(at + 4);
      crc.update(bytes);
      bytes.limit(end);
      valid = kindAndLength != 0 && ((int) crc.getValue() ^ salt) == bytes.getInt(at);
      if (!valid) {
        break;
      }
      if (kindAndLength >>> 28 == ENTRY) {
        found++;
        sum += Long.reverseBytes(bytes.getLong(at + FRAME_HEADER_BYTES));
      }
      at = next;
    }
    bytes.position(at);
    return valid;
  }

  @Override
  public long fixedOperations() {
    return entries;
  }

  @Override
  public void close() {}
}
