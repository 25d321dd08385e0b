package dev.durability.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes the names in a directory durable. A directory has to be open for that, and opening it fails
 * while the process has no descriptor left: so whoever holds a lock keeps its directory open, and
 * each sync of that directory goes through the descriptor that is there.
 */
final class DirectorySync implements Closeable {
  /** The directories that are kept open. */
  private static final List<DirectorySync> HELD = new CopyOnWriteArrayList<>();

  private final Path path;
  private final @Nullable Object key;
  private final UninterruptibleFile file;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed;

  private DirectorySync(Path path, @Nullable Object key, UninterruptibleFile file) {
    this.path = path;
    this.key = key;
    this.file = file;
  }

  /**
   * Opens a directory, and keeps it open until {@link #close}.
   *
   * @param path its real path
   * @return the open directory, or null where directories cannot be synced (Windows)
   * @throws IOException if it cannot be opened
   */
  static @Nullable DirectorySync hold(Path path) throws IOException {
    BasicFileAttributes present = attributes(path);
    if (UninterruptibleFile.WINDOWS) {
      return null;
    }
    DirectorySync held = new DirectorySync(path, present.fileKey(), open(path));
    HELD.add(held);
    return held;
  }

  /**
   * Syncs a directory.
   *
   * @param path its real path
   * @throws IOException if that fails
   */
  static void sync(Path path) throws IOException {
    BasicFileAttributes present = attributes(path);
    if (UninterruptibleFile.WINDOWS) {
      return;
    }
    for (DirectorySync held : HELD) {
      if (held.path.equals(path) && held.isStill(present) && held.syncUnlessClosed()) {
        return;
      }
    }
    try (UninterruptibleFile opened = open(path)) {
      opened.forceAll();
    }
  }

  /** Another directory may have come to stand under the name. */
  private boolean isStill(BasicFileAttributes present) {
    return key != null && key.equals(present.fileKey());
  }

  /** The lock keeps others from closing it in the middle. */
  private boolean syncUnlessClosed() throws IOException {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      file.forceAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      HELD.remove(this);
      file.close();
    } finally {
      lock.unlock();
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    BasicFileAttributes present = Files.readAttributes(path, BasicFileAttributes.class);
    if (!present.isDirectory()) {
      throw new NotDirectoryException(path.toString());
    }
    return present;
  }

  private static UninterruptibleFile open(Path path) throws IOException {
    return UninterruptibleFile.open(path, Set.of(StandardOpenOption.READ));
  }
}
