package dev.durability.testkit.planted;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A directory in which one file is made, and not synced before it is renamed. */
final class ForgetfulOfContent extends ForwardingDirectory {
  private boolean renamed;

  ForgetfulOfContent(Directory under) {
    super(under);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    super.rename(from, to);
    renamed = true;
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return new Unsynced(super.create(path, expectedBytes));
  }

  private final class Unsynced implements AppendFile {
    private final AppendFile file;

    Unsynced(AppendFile file) {
      this.file = file;
    }

    @Override
    public void sync() throws IOException {
      if (renamed) {
        file.sync();
      }
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      file.write(source);
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
  }
}
