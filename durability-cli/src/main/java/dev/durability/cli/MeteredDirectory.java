package dev.durability.cli;

import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A directory that reports what is read to a {@link Progress}. */
final class MeteredDirectory extends ForwardingDirectory {
  private static final String SEGMENTS = "wal";

  private final Progress progress;

  MeteredDirectory(Directory directory, Progress progress) {
    super(directory);
    this.progress = progress;
  }

  /**
   * How many bytes the segments of a log have; a segment that vanishes meanwhile counts as empty.
   */
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
  public ReadFile open(String path) throws IOException {
    ReadFile file = super.open(path);
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
}
