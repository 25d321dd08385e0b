package dev.durability.testkit;

import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault.Effect;
import dev.durability.testkit.Fault.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file of a {@link FaultDirectory}, open for reading. */
final class FaultReadFile implements ReadFile {
  private final FaultDirectory directory;
  private final String path;
  private final ReadFile file;

  FaultReadFile(FaultDirectory directory, String path, ReadFile file) {
    this.directory = directory;
    this.path = path;
    this.file = file;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    Fault fault = directory.enter(Operation.READ, path, path);
    if (fault != null && fault.effect() != Effect.FLIP_BIT) {
      throw FaultDirectory.failed(fault, path);
    }
    int start = target.position();
    int end = target.limit();
    target.limit(start + Math.min(end - start, directory.readAtMost()));
    int read;
    try {
      read = file.read(target, position);
    } finally {
      target.limit(end);
    }
    if (fault != null && read > 0) {
      long bit = Math.floorMod(fault.amount(), read * 8L);
      int at = start + (int) (bit / 8);
      target.put(at, (byte) (target.get(at) ^ (1 << (bit % 8))));
    }
    return read;
  }

  @Override
  public long size() throws IOException {
    return directory.call(Operation.SIZE, path, path, file::size);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
