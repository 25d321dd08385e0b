package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A directory over another one, as a replicated append-only store would be: it cannot resume a file
 * nor cut one, reserves nothing, and keeps the rest of the contract.
 */
public final class AppendOnlyDirectory implements Directory {
  private final Directory under;

  public AppendOnlyDirectory(Directory under) {
    this.under = under;
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    if (expectedBytes < 0) {
      throw new IllegalArgumentException("expectedBytes " + expectedBytes);
    }
    return new File(path, under.create(path, 0));
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    throw new IOException("this append-only storage cannot resume " + path + " at " + offset);
  }

  @Override
  public ReadFile open(String path) throws IOException {
    return under.open(path);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    under.rename(from, to);
  }

  @Override
  public void delete(String path) throws IOException {
    under.delete(path);
  }

  @Override
  public boolean exists(String path) throws IOException {
    return under.exists(path);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return under.list(directory);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    under.createDirectories(directory);
  }

  @Override
  public void sync(String directory) throws IOException {
    under.sync(directory);
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return under.lock(path);
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
