package dev.durability.frame;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A part of a file in memory, moved forward over it. Its memory does not grow with the file. */
final class FileWindow implements AutoCloseable {
  private ReadFile file;
  private final DirectMemory memory;
  private final ByteBuffer bytes;
  private long start;
  private int filled;
  private boolean closed;

  FileWindow(ReadFile file, int capacity) {
    this.file = file;
    this.memory = DirectMemory.of(capacity);
    this.bytes = memory.bytes().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Goes on in another file. */
  void restart(ReadFile other) {
    file = other;
    invalidate();
  }

  ByteBuffer bytes() {
    return bytes;
  }

  int capacity() {
    return bytes.capacity();
  }

  long fileSize() throws IOException {
    return file.size();
  }

  /** Forgets what was read, for a file that is being written by someone else. */
  void invalidate() {
    filled = 0;
  }

  /**
   * Looks for bytes of the file in the window.
   *
   * @return the index of the first of them in {@link #bytes()}, or -1 if not all are there
   */
  int indexOf(long offset, int length) {
    long index = offset - start;
    return index >= 0 && index + length <= filled ? (int) index : -1;
  }

  /**
   * Brings bytes of the file into the window.
   *
   * @return the index of the first of them in {@link #bytes()}, or -1 if the file ends before the
   *     last
   */
  int at(long offset, int length) throws IOException {
    int index = indexOf(offset, length);
    if (index < 0) {
      fill(offset, length);
      index = indexOf(offset, length);
    }
    return index;
  }

  /**
   * Brings in what follows an offset, whatever its length.
   *
   * @return how many bytes from there on are in the window, 0 at the end of the file
   */
  int available(long offset) throws IOException {
    if (offset < start || offset >= start + filled) {
      fill(offset, 1);
    }
    return (int) Math.max(0, start + filled - offset);
  }

  private void fill(long offset, int length) throws IOException {
    if (closed) {
      throw new IOException("cannot read: the reader was closed; open it again");
    }
    if (offset >= start && offset < start + filled) {
      bytes.limit(filled).position((int) (offset - start));
      bytes.compact();
      filled = bytes.position();
    } else {
      filled = 0;
    }
    start = offset;
    bytes.clear().position(filled);
    while (filled < length && bytes.hasRemaining()) {
      int count = file.read(bytes, start + filled);
      if (count < 0) {
        break;
      }
      filled = bytes.position();
    }
    bytes.clear();
  }

  /**
   * Gives the memory back. The file stays open; nothing can be read through this window any more.
   */
  @Override
  public void close() {
    closed = true;
    filled = 0;
    memory.close();
  }
}
