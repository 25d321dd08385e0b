package dev.durability.rust;

import dev.durability.storage.AppendFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Collects bytes for a file: one write for many small pieces. */
final class BufferedAppend extends OutputStream {
  private static final int BUFFER_BYTES = 64 << 10;

  private final AppendFile file;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

  BufferedAppend(AppendFile file) {
    this.file = file;
  }

  @Override
  public void write(int b) throws IOException {
    if (!buffer.hasRemaining()) {
      flush();
    }
    buffer.put((byte) b);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, source.length);
    write(ByteBuffer.wrap(source, offset, length));
  }

  void write(ByteBuffer source) throws IOException {
    if (source.remaining() > buffer.remaining()) {
      flush();
    }
    if (source.remaining() > buffer.remaining()) {
      file.write(source);
    } else {
      buffer.put(source);
    }
  }

  /** Writes what was collected. */
  @Override
  public void flush() throws IOException {
    buffer.flip();
    if (buffer.hasRemaining()) {
      file.write(buffer);
    }
    buffer.clear();
  }

  /** Where the next byte goes in the file. */
  long position() {
    return file.position() + buffer.position();
  }
}
