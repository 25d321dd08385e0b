package dev.durability.testkit;

import dev.durability.storage.AppendFile;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault.Effect;
import dev.durability.testkit.Fault.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file of a {@link FaultDirectory}, open for appending. */
final class FaultAppendFile implements AppendFile {
  private final FaultDirectory directory;
  private volatile String path;
  private final AppendFile file;

  /**
   * The caller's position; after a failed write the file beneath may be ahead of it, until it is
   * cut.
   */
  private long position;

  private boolean torn;

  FaultAppendFile(FaultDirectory directory, String path, AppendFile file) {
    this.directory = directory;
    this.path = path;
    this.file = file;
    this.position = file.position();
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    if (torn) {
      throw new AssertionError(
          path
              + ": a write failed at "
              + position
              + ", and the file was not truncated before the next one");
    }
    Fault fault = directory.enter(Operation.WRITE, path, path);
    int length = source.remaining();
    int whole = fault == null ? length : written(fault, length);
    int fits = (int) directory.room().take(whole);
    boolean succeeds = fault == null || fault.goesUnnoticed();
    torn = !succeeds || fits < whole;
    ByteBuffer bytes = source.duplicate().limit(source.position() + fits);
    if (fault != null && succeeds) {
      goAstray(bytes, fault);
    } else {
      file.write(bytes);
      directory.room().wrote(fits);
    }
    if (fits < whole) {
      throw FaultDirectory.full(path);
    }
    if (fault != null && !succeeds) {
      throw FaultDirectory.failed(fault, path);
    }
    position += length;
    source.position(source.limit());
  }

  /** How many of the bytes are written, at the right place or elsewhere. */
  private static int written(Fault fault, int length) {
    return switch (fault.effect()) {
      case FAIL -> 0;
      case SHORT_WRITE -> (int) Math.min(length, fault.amount());
      default -> length;
    };
  }

  /**
   * Writes the old bytes again where the new ones belong, and the new ones elsewhere or nowhere.
   */
  private void goAstray(ByteBuffer bytes, Fault fault) throws IOException {
    ByteBuffer old = ByteBuffer.allocate(bytes.remaining());
    long size;
    try (ReadFile reader = directory.under().open(path)) {
      size = reader.size();
      while (old.hasRemaining() && reader.read(old, position + old.position()) > 0) {
        // Reads may be short. After the end of the file, zeros remain.
      }
    }
    file.write(old.clear());
    long place = position + fault.amount();
    if (fault.effect() == Effect.MISDIRECT && place >= 0 && place + bytes.remaining() <= size) {
      try (AppendFile elsewhere = directory.under().resume(path, place)) {
        elsewhere.write(bytes);
      }
    }
  }

  @Override
  public void flush() throws IOException {
    boolean unused =
        directory.call(
            Operation.FLUSH,
            path,
            path,
            () -> {
              file.flush();
              return true;
            });
  }

  @Override
  public void sync() throws IOException {
    Fault fault = directory.enter(Operation.SYNC_FILE, path, path);
    if (fault == null || fault.effect() == Effect.FAIL_AFTER) {
      file.sync();
    } else if (fault.effect() == Effect.LOSE) {
      return;
    } else if (file instanceof CrashAppendFile onDisk) {
      onDisk.syncInVain();
    }
    if (fault != null) {
      throw FaultDirectory.failed(fault, path);
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    if (size > position) {
      throw new IllegalArgumentException("cannot cut " + path + " to " + size + " bytes");
    }
    boolean unused =
        directory.call(
            Operation.TRUNCATE,
            path,
            path,
            () -> {
              file.truncate(size);
              position = size;
              torn = false;
              return true;
            });
  }

  /** A file keeps its faults when its name changes. */
  void renamed(String from, String to) {
    if (path.equals(from)) {
      path = to;
    }
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    Fault fault = directory.enter(Operation.CLOSE_APPEND, path, path);
    directory.closed(this);
    file.close();
    if (fault != null) {
      throw FaultDirectory.failed(fault, path);
    }
  }
}
