package dev.durability.rust;

import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of one file, as long as it was when it was opened, through a buffer. The buffer grows
 * to what is asked for at once; the caller has checked that against its limit and the file's size.
 */
final class FileBytes implements Closeable {
  private static final int BUFFER_BYTES = 256 << 10;

  final String path;
  final long size;

  private final ReadFile file;

  /** The bytes from {@link #start} on, to its limit. */
  private ByteBuffer buffer;

  private long start;

  private FileBytes(String path, ReadFile file, long size) {
    this.path = path;
    this.file = file;
    this.size = size;
    this.buffer = buffer((int) Math.min(BUFFER_BYTES, size)).limit(0); // Nothing is read yet.
  }

  static FileBytes open(Directory directory, String path) throws IOException {
    ReadFile file = directory.open(path);
    try {
      return new FileBytes(path, file, file.size());
    } catch (IOException | RuntimeException | Error e) {
      try (file) {
        throw e;
      }
    }
  }

  boolean has(long offset, long bytes) {
    return bytes <= size - offset;
  }

  /**
   * Makes bytes available.
   *
   * @return the position of the first of them in {@link #buffer()}
   * @throws IOException if the storage fails, or the file has become shorter
   */
  int at(long offset, int bytes) throws IOException {
    if (offset >= start && offset + bytes <= start + buffer.limit()) {
      return (int) (offset - start);
    }
    ByteBuffer next = bytes > buffer.capacity() ? buffer(bytes) : buffer;
    keepFrom(offset, next);
    start = offset;
    next.limit((int) Math.min(next.capacity(), size - offset));
    buffer = next;
    while (buffer.hasRemaining()) {
      if (file.read(buffer, start + buffer.position()) < 0) {
        buffer.limit(0);
        throw new IOException(
            path + " became shorter while it was read: stop the program that writes it");
      }
    }
    buffer.flip();
    return 0;
  }

  /** Moves what is there from an offset on to the beginning: each byte is read once. */
  private void keepFrom(long offset, ByteBuffer target) {
    long end = start + buffer.limit();
    int kept = offset >= start && offset < end ? (int) (end - offset) : 0;
    if (kept > 0) {
      target.put(0, buffer, (int) (offset - start), kept); // Also within one buffer.
    }
    target.clear().position(kept);
  }

  /** The bytes that {@link #at} made available; do not change its position. */
  ByteBuffer buffer() {
    return buffer;
  }

  byte[] copy(long offset, int bytes) throws IOException {
    int at = at(offset, bytes);
    byte[] copy = new byte[bytes];
    buffer.get(at, copy);
    return copy;
  }

  /** Finds the first byte that is not 0, or the end of the file. */
  long endOfZeros(long from) throws IOException {
    for (long offset = from; offset < size; ) {
      int count = (int) Math.min(BUFFER_BYTES, size - offset);
      int at = at(offset, count);
      for (int i = 0; i < count; i++) {
        if (buffer.get(at + i) != 0) {
          return offset + i;
        }
      }
      offset += count;
    }
    return size;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
