package dev.durability.examples.versions;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** A directory that counts what is changed in it, and stops the process in the middle of that. */
final class StoppingDirectory extends ForwardingDirectory {
  private final AtomicLong changes = new AtomicLong();
  private final long stopAt;
  private final Runnable stop;

  /** Runs {@code stop} at the change with that number, from 1 on. */
  StoppingDirectory(Directory under, long stopAt, Runnable stop) {
    super(under);
    this.stopAt = stopAt;
    this.stop = stop;
  }

  /** How many changes there were. */
  long changes() {
    return changes.get();
  }

  private boolean isLast() {
    return changes.incrementAndGet() == stopAt;
  }

  private void change() {
    if (isLast()) {
      stop.run();
    }
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    change();
    return new Counted(super.create(path, expectedBytes));
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    change();
    return new Counted(super.resume(path, offset));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    change();
    super.rename(from, to);
  }

  @Override
  public void delete(String path) throws IOException {
    change();
    super.delete(path);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    change();
    super.createDirectories(directory);
  }

  @Override
  public void sync(String directory) throws IOException {
    change();
    super.sync(directory);
  }

  /** A file of which a write may stop half-way. */
  private final class Counted implements AppendFile {
    private final AppendFile file;

    Counted(AppendFile file) {
      this.file = file;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      if (isLast()) {
        file.write(source.slice(source.position(), source.remaining() / 2));
        stop.run();
      }
      file.write(source);
    }

    @Override
    public void sync() throws IOException {
      change();
      file.sync();
    }

    @Override
    public void truncate(long size) throws IOException {
      change();
      file.truncate(size);
    }

    @Override
    public long position() {
      return file.position();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
