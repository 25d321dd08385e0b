package dev.durability.testkit;

import dev.durability.storage.AppendFile;
import dev.durability.testkit.Operation.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file of a {@link CrashDirectory}, open for appending. */
final class CrashAppendFile implements AppendFile {
  private final CrashDirectory directory;
  private final String path;
  private final int inode;
  private volatile long position;
  private volatile boolean closed;

  CrashAppendFile(CrashDirectory directory, String path, int inode, long position) {
    this.directory = directory;
    this.path = path;
    this.inode = inode;
    this.position = position;
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    byte[] bytes = new byte[source.remaining()];
    source.duplicate().get(bytes);
    position =
        directory.alive(
            () -> {
              requireOpen("write to");
              if (bytes.length > 0) {
                directory.change(Operation.write(path, inode, position, bytes));
              }
              return position + bytes.length;
            });
    source.position(source.limit());
  }

  @Override
  public void sync() throws IOException {
    sync(Kind.SYNC);
  }

  /** Called before a sync fails: see {@link CrashDirectory}. */
  void syncInVain() throws IOException {
    sync(Kind.SYNC_IN_VAIN);
  }

  private void sync(Kind kind) throws IOException {
    boolean unused =
        directory.alive(
            () -> {
              requireOpen("sync");
              directory.change(Operation.sync(kind, path, inode));
              return true;
            });
  }

  @Override
  public void truncate(long size) throws IOException {
    if (size < 0 || size > position) {
      throw new IllegalArgumentException("cannot cut " + path + " to " + size + " bytes");
    }
    position =
        directory.alive(
            () -> {
              requireOpen("cut");
              if (directory.disk().inode(inode).size() < size) {
                throw new IOException(
                    "cannot cut " + path + " to " + size + " bytes: it is shorter");
              }
              directory.change(Operation.truncate(path, inode, size));
              return size;
            });
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void close() {
    closed = true;
  }

  private void requireOpen(String what) throws IOException {
    if (closed) {
      throw new IOException("cannot " + what + " " + path + ": it is closed");
    }
  }
}
