package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A directory over another one, as a replicated append-only store would be: it cannot resume a file
 * nor cut one, reserves nothing, and keeps the rest of the contract.
 */
public final class AppendOnlyDirectory extends ForwardingDirectory {
  public AppendOnlyDirectory(Directory under) {
    super(under);
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    if (expectedBytes < 0) {
      throw new IllegalArgumentException("expectedBytes " + expectedBytes);
    }
    return new File(path, super.create(path, 0));
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    throw new UnsupportedOperationException(
        "this append-only storage cannot resume " + path + " at " + offset);
  }

  private record File(String path, AppendFile under) implements AppendFile {
    @Override
    public void write(ByteBuffer source) throws IOException {
      under.write(source);
    }

    @Override
    public void sync() throws IOException {
      under.sync();
    }

    @Override
    public void truncate(long size) throws IOException {
      throw new IOException("this append-only storage cannot cut " + path + " to " + size);
    }

    @Override
    public long position() {
      return under.position();
    }

    @Override
    public void close() throws IOException {
      under.close();
    }
  }
}
