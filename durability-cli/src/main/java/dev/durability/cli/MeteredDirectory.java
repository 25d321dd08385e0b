package dev.durability.cli;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A directory that tells a {@link Progress} what is read. */
final class MeteredDirectory implements Directory {
  private static final String SEGMENTS = "wal";

  private final Directory directory;
  private final Progress progress;

  MeteredDirectory(Directory directory, Progress progress) {
    this.directory = directory;
    this.progress = progress;
  }

  /** How many bytes the segments of a log have; a segment that vanishes meanwhile has none. */
  static long logBytes(Directory directory) throws IOException {
    long bytes = 0;
    for (String name : directory.list(SEGMENTS)) {
      String path = SEGMENTS + "/" + name;
      if (name.endsWith(".wal") && directory.exists(path)) {
        try (ReadFile file = directory.open(path)) {
          bytes += file.size();
        }
      }
    }
    return bytes;
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return directory.create(path, expectedBytes);
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return directory.resume(path, offset);
  }

  @Override
  public ReadFile open(String path) throws IOException {
    ReadFile file = directory.open(path);
    return new ReadFile() {
      @Override
      public int read(ByteBuffer target, long position) throws IOException {
        int count = file.read(target, position);
        progress.add(Math.max(0, count));
        return count;
      }

      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }

  @Override
  public void rename(String from, String to) throws IOException {
    directory.rename(from, to);
  }

  @Override
  public void delete(String path) throws IOException {
    directory.delete(path);
  }

  @Override
  public boolean exists(String path) throws IOException {
    return directory.exists(path);
  }

  @Override
  public List<String> list(String name) throws IOException {
    return directory.list(name);
  }

  @Override
  public void createDirectories(String name) throws IOException {
    directory.createDirectories(name);
  }

  @Override
  public void sync(String name) throws IOException {
    directory.sync(name);
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return directory.lock(path);
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
