package dev.durability.bookkeeper;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A file that is read. */
final class LedgerReadFile implements ReadFile {
  private final OpenFiles files;
  private final OpenFile file;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What was read last: the next read is often within it, or after it. */
  private volatile @Nullable Window window;

  LedgerReadFile(OpenFiles files, OpenFile file) {
    this.files = files;
    this.file = file;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    if (target.isReadOnly() || position < 0) {
      throw new IllegalArgumentException(
          "cannot read " + file.path() + " at offset " + position + " into " + target);
    }
    requireOpen();
    int before = target.position();
    Window read = file.read(target, position, window);
    if (read == null) {
      return -1;
    }
    window = read;
    return target.position() - before;
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return file.size();
  }

  private void requireOpen() throws IOException {
    if (closed.get()) {
      throw new IOException("cannot read " + file.path() + ": it is closed");
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      files.close(file);
    }
  }
}
