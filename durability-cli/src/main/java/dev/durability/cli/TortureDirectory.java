package dev.durability.cli;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A directory that reports when a segment is made: from the first byte of its file to the sync of
 * the directory that makes its name durable.
 */
final class TortureDirectory extends ForwardingDirectory {
  private static final String SEGMENTS = "wal";

  private final TortureReports reports;
  private volatile boolean renamed;

  TortureDirectory(Directory directory, TortureReports reports) {
    super(directory);
    this.reports = reports;
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    AppendFile file = super.create(path, expectedBytes);
    return path.startsWith(SEGMENTS + "/") ? reporting(file) : file;
  }

  private AppendFile reporting(AppendFile file) {
    return new AppendFile() {
      @Override
      public void write(ByteBuffer source) throws IOException {
        if (file.position() == 0) {
          reports.begin(TorturePhase.ROTATION);
        }
        file.write(source);
      }

      @Override
      public void sync() throws IOException {
        file.sync();
      }

      @Override
      public void truncate(long size) throws IOException {
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
    };
  }

  @Override
  public void rename(String from, String to) throws IOException {
    super.rename(from, to);
    renamed = to.startsWith(SEGMENTS + "/");
  }

  @Override
  public void sync(String name) throws IOException {
    super.sync(name);
    if (renamed && name.equals(SEGMENTS)) {
      renamed = false;
      reports.end(TorturePhase.ROTATION);
    }
  }
}
