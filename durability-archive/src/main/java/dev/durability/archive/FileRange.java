package dev.durability.archive;

import dev.durability.storage.ReadFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A part of a file as a stream, which fails if the file ends before it. */
final class FileRange extends InputStream {
  private final ReadFile file;
  private final long end;
  private final boolean closesFile;
  private long position;

  FileRange(ReadFile file, long start, long end, boolean closesFile) {
    this.file = file;
    this.position = start;
    this.end = end;
    this.closesFile = closesFile;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position >= end) {
      return -1;
    }
    int wanted = (int) Math.min(length, end - position);
    int count = file.read(ByteBuffer.wrap(target, offset, wanted), position);
    if (count < 0) {
      throw new EOFException(
          "the file ends at offset " + position + ", and was to have " + end + " bytes");
    }
    position += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    if (closesFile) {
      file.close();
    }
  }

  /** The content of a part of an open file, which stays open. */
  static ObjectContent content(ReadFile file, long start, long end) {
    return new ObjectContent() {
      @Override
      public long bytes() {
        return end - start;
      }

      @Override
      public InputStream open() {
        return new FileRange(file, start, end, false);
      }
    };
  }
}
