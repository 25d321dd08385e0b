package dev.durability.rust;

import dev.durability.errors.LockHeldException;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a writer, {@code wal/.lock}. Up to 0.7.2 the file is the lock: whoever creates it has
 * it, and deletes it; a crash leaves it. From 0.7.3 on the file stays, and the crate holds {@code
 * flock} on it, which Java has no way to take: this takes the lock of this library on it.
 */
final class WriterLock implements Closeable {
  static final String PATH = CrateLog.DIRECTORY + "/.lock";

  private final Directory directory;
  private final @Nullable DirectoryLock held;
  private boolean closed;

  private WriterLock(Directory directory, @Nullable DirectoryLock held) {
    this.directory = directory;
    this.held = held;
  }

  static WriterLock take(Directory directory, CrateVersion version) throws IOException {
    if (version.zerosEndASegment()) {
      return new WriterLock(directory, directory.lock(PATH));
    }
    try {
      directory.create(PATH, 0).close();
    } catch (FileAlreadyExistsException exists) {
      throw new LockHeldException(
          PATH
              + " is there: a writer has the log open, or a crash left it. If none does, delete it",
          exists);
    }
    return new WriterLock(directory, null);
  }

  /** Removes what the lock of a version from 0.7.3 on leaves; nobody holds it. */
  static void remove(Directory directory) throws IOException {
    for (String path : new String[] {PATH, PATH + ".holder"}) {
      if (directory.exists(path)) {
        directory.delete(path);
      }
    }
    directory.sync(CrateLog.DIRECTORY);
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (held != null) {
      held.close();
    } else {
      directory.delete(PATH);
    }
  }
}
