package dev.durability.testkit;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file of a {@link CrashDirectory}, open for reading. */
final class CrashReadFile implements ReadFile {
  private final CrashDirectory directory;
  private final String path;
  private final int inode;
  private volatile boolean closed;

  CrashReadFile(CrashDirectory directory, String path, int inode) {
    this.directory = directory;
    this.path = path;
    this.inode = inode;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    if (target.isReadOnly() || position < 0) {
      throw new IllegalArgumentException("cannot read " + path + " at offset " + position);
    }
    byte[] bytes =
        directory.alive(
            () -> {
              requireOpen();
              return directory.disk().inode(inode).read(position, target.remaining());
            });
    if (bytes.length > 0) {
      target.put(bytes);
      return bytes.length;
    }
    return position < size() ? 0 : -1;
  }

  @Override
  public long size() throws IOException {
    return directory.alive(
        () -> {
          requireOpen();
          return directory.disk().inode(inode).size();
        });
  }

  @Override
  public void close() {
    closed = true;
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("cannot read " + path + ": it is closed");
    }
  }
}
