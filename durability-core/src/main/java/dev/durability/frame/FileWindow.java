package dev.durability.frame;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A part of a file in memory, moved forward over it. Its memory does not grow with the file. Of a
 * {@link MappedFile} all is there, in the system's memory.
 */
final class FileWindow implements AutoCloseable {
  private ReadFile file;
  private final DirectMemory memory;
  private final ByteBuffer target;
  private final ByteBuffer part;
  private ByteBuffer bytes;
  private boolean mapped;
  private long start;
  private int filled;
  private boolean closed;

  FileWindow(ReadFile file, int capacity) {
    this.file = file;
    this.memory = DirectMemory.of(capacity);
    this.target = memory.bytes().order(ByteOrder.LITTLE_ENDIAN);
    // Read-only, as a mapping is: the code that reads it meets one class.
    this.part = target.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    this.bytes = part;
    restart(file);
  }

  /** Goes on in another file: {@link #bytes} may be others then. */
  void restart(ReadFile other) {
    file = other;
    mapped = other instanceof MappedFile;
    bytes = other instanceof MappedFile whole ? whole.bytes() : part;
    start = 0;
    filled = mapped ? bytes.capacity() : 0;
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

  /** How many bytes of the file are in {@link #bytes()}. */
  int filled() {
    return filled;
  }

  /** Forgets what was read, for a file that is being written by someone else. */
  void invalidate() {
    filled = mapped ? filled : 0;
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
    if (mapped) {
      return; // The file ends there.
    }
    if (offset >= start && offset < start + filled) {
      target.limit(filled).position((int) (offset - start));
      target.compact();
      filled = target.position();
    } else {
      filled = 0;
    }
    start = offset;
    target.clear().position(filled);
    while (filled < length && target.hasRemaining()) {
      int count = file.read(target, start + filled);
      if (count < 0) {
        break;
      }
      filled = target.position();
    }
    target.clear();
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
