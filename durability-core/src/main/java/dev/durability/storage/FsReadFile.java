package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file of an {@link FsDirectory}, open for reading. */
record FsReadFile(UninterruptibleFile file) implements ReadFile {
  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return file.read(target, position);
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
