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

/**
 * Puts length, number, payload and checksum into a buffer, and writes it every 64 KiB: into one
 * file without end, or as a log does that makes each file durable before it begins the next.
 */
public final class BareWrites extends Contestant {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int HEADER_BYTES = 16;
  private static final long SEGMENT_BYTES = 64L << 20;

  private final boolean inSegments;
  private final byte[] payload;
  private final long operationsMax;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();
  private @Nullable Path directory;
  private @Nullable FileChannel file;
  private long fileBytes;
  private int files;
  private long number;

  private BareWrites(String name, Role role, boolean inSegments, byte[] payload, long most) {
    super(name, role, "none until the buffer is written");
    this.inSegments = inSegments;
    this.payload = payload.clone();
    this.operationsMax = most;
  }

  /**
   * Makes the probe, which syncs nothing.
   *
   * @param payload an entry
   * @param operationsMax the most that a slice writes
   * @return the probe
   */
  public static BareWrites intoOneFile(byte[] payload, long operationsMax) {
    return new BareWrites(
        "probe: encode, CRC-32C, 64 KiB write", Role.PROBE, false, payload, operationsMax);
  }

  /**
   * Makes the loop that syncs a file once it has 64 MiB, and begins another.
   *
   * @param payload an entry
   * @param operationsMax the most that a slice writes
   * @return the loop
   */
  public static BareWrites inSegments(byte[] payload, long operationsMax) {
    return new BareWrites(
        "bare loop: the same, a file synced every 64 MiB", Role.BARE, true, payload, operationsMax);
  }

  @Override
  public void open(Path ownDirectory) throws Exception {
    directory = ownDirectory;
    begin();
  }

  private void begin() throws IOException {
    file =
        FileChannel.open(
            Objects.requireNonNull(directory).resolve("file-" + files++),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE);
    fileBytes = 0;
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
      fileBytes += Objects.requireNonNull(file).write(buffer);
    }
    buffer.clear();
    if (inSegments && fileBytes >= SEGMENT_BYTES) {
      settle();
      close();
      begin();
    }
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
