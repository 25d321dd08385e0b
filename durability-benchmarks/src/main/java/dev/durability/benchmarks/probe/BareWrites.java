package dev.durability.benchmarks.probe;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Puts length, number, payload and checksum into a buffer, and writes it each 64 KiB. */
public final class BareWrites extends Contestant {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int HEADER_BYTES = 16;

  private final byte[] payload;
  private final long operationsMax;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();
  private @Nullable FileChannel file;
  private long number;

  /**
   * Makes the probe.
   *
   * @param payload an entry
   * @param operationsMax how many are written before the file begins anew
   */
  public BareWrites(byte[] payload, long operationsMax) {
    super("probe: encode, CRC-32C, 64 KiB write", Role.PROBE, "none until the buffer is written");
    this.payload = payload.clone();
    this.operationsMax = operationsMax;
  }

  @Override
  public void open(Path directory) throws Exception {
    file =
        FileChannel.open(
            directory.resolve("probe"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long start = System.nanoTime();
    for (long i = 0; i < operations; i++) {
      put();
    }
    write();
    return System.nanoTime() - start;
  }

  private void put() throws Exception {
    int frame = (HEADER_BYTES + payload.length + 7) & -8;
    if (buffer.remaining() < frame) {
      write();
    }
    int at = buffer.position();
    buffer.putInt(0).putInt(payload.length).putLong(++number).put(payload);
    int end = buffer.position();
    crc.reset();
    buffer.limit(end).position(at + 4);
    crc.update(buffer);
    buffer.limit(buffer.capacity());
    buffer.putInt(at, (int) crc.getValue());
    buffer.position(at + frame);
  }

  private void write() throws Exception {
    buffer.flip();
    while (buffer.hasRemaining()) {
      Objects.requireNonNull(file).write(buffer);
    }
    buffer.clear();
  }

  @Override
  public void settle() throws Exception {
    Objects.requireNonNull(file).force(true);
  }

  @Override
  public long operationsMax() {
    return operationsMax;
  }

  @Override
  public void close() throws IOException {
    Objects.requireNonNull(file).close();
  }
}
