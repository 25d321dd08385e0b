package dev.durability.rust;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A range of a file as a stream; the range is in the file. */
final class FileInput extends InputStream {
  private static final int READ_BYTES = 64 << 10;

  private final FileBytes bytes;
  private final long end;
  private long offset;

  FileInput(FileBytes bytes, long offset, long length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = offset + length;
  }

  @Override
  public int read() throws IOException {
    if (offset == end) {
      return -1;
    }
    int at = bytes.at(offset, 1);
    offset++;
    return bytes.buffer().get(at) & 0xff;
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, target.length);
    if (length == 0) {
      return 0;
    }
    int count = (int) Math.min(Math.min(length, READ_BYTES), end - offset);
    if (count == 0) {
      return -1;
    }
    int at = bytes.at(offset, count);
    bytes.buffer().get(at, target, from, count);
    offset += count;
    return count;
  }
}
