package dev.durability.wal;

import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Counts the files that are open. */
final class OpenFiles extends ForwardingDirectory {
  private int count;

  OpenFiles(Directory under) {
    super(under);
  }

  int count() {
    return count;
  }

  @Override
  public ReadFile open(String path) throws IOException {
    ReadFile file = super.open(path);
    count++;
    return new ReadFile() {
      private boolean closed;

      @Override
      public int read(ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
      }

      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public void close() throws IOException {
        count -= closed ? 0 : 1;
        closed = true;
        file.close();
      }
    };
  }
}
