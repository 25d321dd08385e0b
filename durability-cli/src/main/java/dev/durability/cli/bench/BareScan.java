package dev.durability.cli.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The probe of replay: maps the file, steps from frame to frame by their lengths, checks each
 * checksum and adds up the numbers, the least work for a reader that checks entries. docs/format.md
 * has the bytes.
 */
final class BareScan implements Subject {
  private static final int FILE_HEADER_BYTES = 64;
  private static final int SALT_OFFSET = 56;
  private static final int FRAME_HEADER_BYTES = 16;
  private static final int LENGTH_MASK = (1 << 28) - 1;
  private static final int ENTRY = 1;

  private final ReadLog log;
  private final CRC32C crc = new CRC32C();

  BareScan(ReadLog log) {
    this.log = log;
  }

  @Override
  public String name() {
    return "bare-scan";
  }

  @Override
  public String title() {
    return "mapped scan with checksums";
  }

  @Override
  public Work run(Slice slice) throws IOException {
    long start = System.nanoTime();
    long operations = 0;
    do {
      if (scan() != log.sum()) {
        throw new IOException("the scan found entries other than those appended");
      }
      operations += log.entries();
    } while (!slice.isOver());
    return new Work(operations, System.nanoTime() - start);
  }

  private long scan() throws IOException {
    try (FileChannel file = FileChannel.open(segment())) {
      ByteBuffer bytes =
          file.map(FileChannel.MapMode.READ_ONLY, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN);
      int salt = bytes.getInt(SALT_OFFSET);
      int end = bytes.capacity();
      long sum = 0;
      for (int at = FILE_HEADER_BYTES; at + FRAME_HEADER_BYTES <= end; ) {
        int kindAndLength = bytes.getInt(at + 4);
        int frameEnd = at + FRAME_HEADER_BYTES + (kindAndLength & LENGTH_MASK);
        if (frameEnd > end || (checksum(bytes, at + 4, frameEnd) ^ salt) != bytes.getInt(at)) {
          return -1;
        }
        sum += kindAndLength >>> 28 == ENTRY ? bytes.getLong(at + FRAME_HEADER_BYTES) : 0;
        at = (frameEnd + 7) & -8;
      }
      return sum;
    }
  }

  private int checksum(ByteBuffer bytes, int from, int to) {
    crc.reset();
    crc.update(bytes.limit(to).position(from));
    bytes.limit(bytes.capacity());
    return (int) crc.getValue();
  }

  private Path segment() throws IOException {
    try (Stream<Path> files = Files.list(log.directory().resolve("wal"))) {
      return files.filter(f -> f.toString().endsWith(".wal")).findFirst().orElseThrow();
    }
  }

  @Override
  public void settle() {}

  @Override
  public void close() {}
}
