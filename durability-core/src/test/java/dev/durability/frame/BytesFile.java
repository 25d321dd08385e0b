package dev.durability.frame;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file over bytes, with short reads and failures where a test wants them; it counts reads. */
class BytesFile implements ReadFile {
  private byte[] bytes;
  private int readAtMost = Integer.MAX_VALUE;
  private long failFrom = Long.MAX_VALUE;
  private long bytesRead;

  BytesFile(byte[] bytes) {
    this.bytes = bytes;
  }

  BytesFile readAtMost(int count) {
    readAtMost = count;
    return this;
  }

  /** Reading any byte from this offset on fails. */
  BytesFile failFrom(long offset) {
    failFrom = offset;
    return this;
  }

  void replace(byte[] content) {
    bytes = content;
  }

  long bytesRead() {
    return bytesRead;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    if (position >= bytes.length) {
      return -1;
    }
    int count = (int) Math.min(Math.min(target.remaining(), readAtMost), bytes.length - position);
    if (position + count > failFrom) {
      count = (int) (failFrom - position);
      if (count <= 0) {
        throw new IOException("Input/output error at " + position);
      }
    }
    target.put(bytes, (int) position, count);
    bytesRead += count;
    return count;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void close() {}
}
