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
 * Maps the files of a log one after the other, steps from frame to frame by their lengths, computes
 * each checksum and adds up the first 8 bytes of the entries: as little as anyone can do who reads
 * the log and checks it. docs/format.md tells the bytes.
 */
public final class MappedScan extends Contestant {
  private static final int FILE_HEADER_BYTES = 64;
  private static final int FRAME_HEADER_BYTES = 16;
  private static final int SALT_OFFSET = 56;
  private static final int LENGTH_MASK = (1 << 28) - 1;
  private static final int ENTRY = 1;

  private final Path log;
  private final long entries;
  private final long expectedSum;
  private final CRC32C crc = new CRC32C();
  private long found;
  private long sum;

  /**
   * Makes the probe.
   *
   * @param log the directory of the log, which is written by the time this is opened
   * @param entries how many entries it has
   * @param expectedSum the sum of the first 8 bytes, big-endian, of each
   */
  public MappedScan(Path log, long entries, long expectedSum) {
    super("probe: mapped scan with CRC-32C", Role.PROBE, "checks each checksum");
    this.log = log;
    this.entries = entries;
    this.expectedSum = expectedSum;
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
      ByteBuffer bytes =
          file.map(FileChannel.MapMode.READ_ONLY, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN);
      int salt = bytes.getInt(SALT_OFFSET);
      int end = bytes.capacity();
      int at = FILE_HEADER_BYTES;
      while (at + FRAME_HEADER_BYTES <= end) {
        int kindAndLength = bytes.getInt(at + 4);
        int frameEnd = at + FRAME_HEADER_BYTES + (kindAndLength & LENGTH_MASK);
        if (kindAndLength == 0 || frameEnd > end) {
          return;
        }
        crc.reset();
        bytes.limit(frameEnd).position(at + 4);
        crc.update(bytes);
        bytes.limit(end);
        if (((int) crc.getValue() ^ salt) != bytes.getInt(at)) {
          return;
        }
        if (kindAndLength >>> 28 == ENTRY) {
          found++;
          sum += Long.reverseBytes(bytes.getLong(at + FRAME_HEADER_BYTES));
        }
        at = (frameEnd + 7) & -8;
      }
    }
  }

  @Override
  public long fixedOperations() {
    return entries;
  }

  @Override
  public void close() {}
}
