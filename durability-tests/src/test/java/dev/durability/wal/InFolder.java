package dev.durability.wal;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.util.List;

/** A directory of a directory: several logs on one disk. */
record InFolder(Directory under, String folder) implements Directory {
  InFolder {
    try {
      under.createDirectories(folder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String in(String path) {
    return path.isEmpty() ? folder : folder + "/" + path;
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return under.create(in(path), expectedBytes);
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return under.resume(in(path), offset);
  }

  @Override
  public ReadFile open(String path) throws IOException {
    return under.open(in(path));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    under.rename(in(from), in(to));
  }

  @Override
  public void delete(String path) throws IOException {
    under.delete(in(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    return under.exists(in(path));
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return under.list(in(directory));
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    under.createDirectories(in(directory));
  }

  @Override
  public void sync(String directory) throws IOException {
    under.sync(in(directory));
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return under.lock(in(path));
  }
}
