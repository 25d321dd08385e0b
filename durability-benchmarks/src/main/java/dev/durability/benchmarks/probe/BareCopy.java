package dev.durability.benchmarks.probe;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Copies memory to a file, or back, one MiB at a time, with a checksum of each. */
public final class BareCopy extends Contestant {
  private static final int MEBIBYTE = 1 << 20;

  private final boolean writes;
  private final byte[] content;
  private final long mebibytes;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MEBIBYTE);
  private final CRC32C crc = new CRC32C();
  private @Nullable Path path;

  private BareCopy(boolean writes, byte[] content, long mebibytes) {
    super(
        writes ? "probe: CRC-32C and write, fsync at the end" : "probe: read and CRC-32C",
        Role.PROBE,
        writes ? "durable at the end" : "checks each checksum");
    this.writes = writes;
    this.content = content.clone();
    this.mebibytes = mebibytes;
  }

  /**
   * Makes the probe of writing.
   *
   * @param content a MiB, written over and over
   * @param mebibytes how often
   * @return the probe; an operation is a MiB
   */
  public static BareCopy writing(byte[] content, long mebibytes) {
    return new BareCopy(true, content, mebibytes);
  }

  /**
   * Makes the probe of reading.
   *
   * @param content takes each MiB
   * @param mebibytes how large the file is
   * @return the probe; an operation is a MiB
   */
  public static BareCopy reading(byte[] content, long mebibytes) {
    return new BareCopy(false, content, mebibytes);
  }

  @Override
  public void open(Path directory) throws Exception {
    path = directory.resolve("probe");
    if (!writes) {
      write();
    }
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long start = System.nanoTime();
    if (writes) {
      write();
    } else {
      read();
    }
    return System.nanoTime() - start;
  }

  private void write() throws IOException {
    try (FileChannel file =
        FileChannel.open(
            Objects.requireNonNull(path), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long i = 0; i < mebibytes; i++) {
        buffer.clear().put(content).flip();
        checksum();
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
      }
      file.force(true);
    }
  }

  private void read() throws IOException {
    long bytes = 0;
    try (FileChannel file = FileChannel.open(Objects.requireNonNull(path))) {
      buffer.clear();
      while (file.read(buffer) > 0) {
        buffer.flip();
        bytes += buffer.remaining();
        checksum();
        buffer.get(content, 0, buffer.remaining());
        buffer.clear();
      }
    }
    if (bytes != mebibytes * MEBIBYTE) {
      throw new IOException("the probe read " + bytes + " bytes, not " + mebibytes + " MiB");
    }
  }

  private void checksum() {
    crc.reset();
    crc.update(buffer);
    buffer.rewind();
    if (crc.getValue() == -1) {
      throw new IllegalStateException("a checksum has 32 bits");
    }
  }

  @Override
  public void settle() throws Exception {
    if (writes) {
      Files.deleteIfExists(Objects.requireNonNull(path));
    }
  }

  @Override
  public double unitsPerOperation() {
    return MEBIBYTE / 1e6;
  }

  @Override
  public long fixedOperations() {
    return mebibytes;
  }

  @Override
  public void close() {}
}
