package dev.durability.storage;

import dev.durability.threads.StackSafeLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is kept open. A directory must be open to be synced, and opening it fails if the
 * process has no descriptor left. So the holder of a lock keeps its directory open, and {@link
 * DirectorySync} uses that descriptor.
 */
final class HeldDirectory implements Closeable {
  private static final List<HeldDirectory> HELD = new CopyOnWriteArrayList<>();

  private final Path path;
  private final Object key;
  private final UninterruptibleFile file;
  private final StackSafeLock lock = new StackSafeLock();
  private boolean closed;

  private HeldDirectory(Path path, Object key, UninterruptibleFile file) {
    this.path = path;
    this.key = key;
    this.file = file;
  }

  /**
   * Opens a directory, and keeps it open until {@link #close}.
   *
   * @param path its real path
   * @return the open directory, or null if it need not be open to be synced, or cannot be
   * @throws IOException if it cannot be opened
   */
  static @Nullable HeldDirectory hold(Path path) throws IOException {
    if (UninterruptibleFile.WINDOWS || path.getFileSystem() != FileSystems.getDefault()) {
      return null;
    }
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    if (key == null) {
      return null;
    }
    UninterruptibleFile file = UninterruptibleFile.open(path, Set.of(StandardOpenOption.READ));
    HeldDirectory held = null;
    try {
      held = new HeldDirectory(path, key, file);
      HELD.add(held);
      return held;
    } catch (Throwable e) {
      HELD.remove(held); // First: whoever finds it here uses its file.
      file.close();
      throw e;
    }
  }

  /**
   * Syncs a directory if it is kept open, and is still the one under its name.
   *
   * @param path its real path
   * @return whether it is kept open; if so, it was synced
   * @throws IOException if that fails
   */
  static boolean force(Path path) throws IOException {
    for (HeldDirectory held : HELD) {
      if (held.path.equals(path) && held.isInPlace() && held.forceUnlessClosed()) {
        return true;
      }
    }
    return false;
  }

  private boolean isInPlace() throws IOException {
    return key.equals(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
  }

  /** The lock keeps other threads from closing it meanwhile. */
  private boolean forceUnlessClosed() throws IOException {
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
}
