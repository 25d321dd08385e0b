package dev.durability.cli.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The probe of unsynced appends: length, number, payload and checksum into a buffer, which is
 * written when it is full.
 */
final class BareWrites implements Subject {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int HEADER_BYTES = 16;
  private static final int BETWEEN_LOOKS = 1000;

  private final FileChannel file;
  private final byte[] payload;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();
  private final long operationsMax;
  private long number;

  /**
   * Makes the probe.
   *
   * @param directory where its file goes
   * @param payload an entry
   * @param operationsMax how many are written in a turn at most
   */
  BareWrites(Path directory, byte[] payload, long operationsMax) throws IOException {
    this.file =
        FileChannel.open(
            directory.resolve("bare"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    this.payload = payload.clone();
    this.operationsMax = operationsMax;
  }

  @Override
  public String name() {
    return "bare-write";
  }

  @Override
  public String title() {
    return "encode, checksum, write 64 KiB";
  }

  @Override
  public Work run(Slice slice) throws IOException {
    long start = System.nanoTime();
    long operations = 0;
    do {
      for (int i = 0; i < BETWEEN_LOOKS; i++) {
        put();
      }
      operations += BETWEEN_LOOKS;
    } while (operations < operationsMax && !slice.isOver());
    write();
    return new Work(operations, System.nanoTime() - start);
  }

  private void put() throws IOException {
    int frameBytes = (HEADER_BYTES + payload.length + 7) & -8;
    if (buffer.remaining() < frameBytes) {
      write();
    }
    int at = buffer.position();
    buffer.putInt(0).putInt(payload.length).putLong(++number).put(payload);
    int end = buffer.position();
    crc.reset();
    crc.update(buffer.limit(end).position(at + 4));
    buffer.limit(BUFFER_BYTES).putInt(at, (int) crc.getValue()).position(at + frameBytes);
  }

  private void write() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
    buffer.clear();
  }

  @Override
  public void settle() throws IOException {
    file.position(0).truncate(0).force(true);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
