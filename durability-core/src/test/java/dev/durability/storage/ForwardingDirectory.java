package dev.durability.storage;

import java.io.IOException;
import java.util.List;

/** A directory that does what another one does; a test overrides what it looks at or changes. */
public class ForwardingDirectory implements Directory {
  private final Directory under;

  public ForwardingDirectory(Directory under) {
    this.under = under;
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return under.create(path, expectedBytes);
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return under.resume(path, offset);
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
}
