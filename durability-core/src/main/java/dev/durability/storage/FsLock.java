package dev.durability.storage;

import dev.durability.errors.LockHeldException;
import dev.durability.threads.StackSafeLock;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lock that the operating system keeps on a file of an {@link FsDirectory}.
 *
 * <p>POSIX drops all locks that a process has on a file as soon as the process closes <em>any</em>
 * descriptor of it. A second attempt in the same JVM would therefore fail and, by closing what it
 * had opened, silently free the first. So all locks of this JVM are listed here, and the list is
 * asked before the file is opened.
 */
final class FsLock implements DirectoryLock {
  private static final StackSafeLock GUARD = new StackSafeLock();

  /** The locks that this JVM holds. */
  private static final List<FsLock> HELD = new ArrayList<>();

  private final Path path;
  private final @Nullable Object key;
  private final UninterruptibleFile file;
  private final FileLock lock;
  private volatile boolean closed;

  private FsLock(Path path, @Nullable Object key, UninterruptibleFile file, FileLock lock) {
    this.path = path;
    this.key = key;
    this.file = file;
    this.lock = lock;
  }

  /**
   * Takes a lock.
   *
   * @param path the real path of its file, which is created where it is missing
   * @param access what the file gets if it is created
   * @return the lock, held
   * @throws LockHeldException if anyone holds it
   * @throws IOException if it cannot be taken for another reason
   */
  static FsLock take(Path path, CreatedAccess access) throws IOException {
    GUARD.lock();
    try {
      @Nullable BasicFileAttributes present = attributes(path);
      if (present != null && !present.isRegularFile()) {
        throw new IOException("cannot lock " + path + ": it is not a regular file");
      }
      refuseIfHeld(path, present == null ? null : present.fileKey(), "lock");
      return take(path, open(path, present == null, access));
    } finally {
      GUARD.unlock();
    }
  }

  private static UninterruptibleFile open(Path path, boolean create, CreatedAccess access)
      throws IOException {
    Set<OpenOption> options =
        new HashSet<>(
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    if (!create) {
      return UninterruptibleFile.open(path, options);
    }
    options.add(StandardOpenOption.CREATE_NEW);
    UninterruptibleFile file;
    try {
      file = UninterruptibleFile.open(path, options, access.ofNewFile());
    } catch (FileAlreadyExistsException createdMeanwhile) {
      return open(path, false, access);
    }
    boolean given = false;
    try {
      // Before it is locked: this opens and closes the file once more.
      if (access.giveFile(path)) {
        file.forceAll();
      }
      given = true;
      return file;
    } finally {
      if (!given) {
        file.close();
      }
    }
  }

  private static FsLock take(Path path, UninterruptibleFile file) throws IOException {
    boolean taken = false;
    try {
      FileLock lock = file.tryLock();
      if (lock == null) {
        throw held(path, "another process holds it", null);
      }
      @Nullable BasicFileAttributes present = attributes(path);
      FsLock result = new FsLock(path, present == null ? null : present.fileKey(), file, lock);
      HELD.add(result);
      taken = true;
      return result;
    } catch (OverlappingFileLockException e) {
      throw held(path, "other code in this process holds it", e);
    } finally {
      if (!taken) {
        file.close();
      }
    }
  }

  /**
   * Refuses to touch a file that is a lock held by this JVM.
   *
   * @param path the real path of the file
   * @param key what the file system knows the file by, or null
   * @param what what is being done
   * @throws LockHeldException if the file is such a lock
   */
  static void refuseIfHeld(Path path, @Nullable Object key, String what) throws LockHeldException {
    GUARD.lock();
    try {
      for (FsLock lock : HELD) {
        if (lock.path.equals(path) || (key != null && key.equals(lock.key))) {
          throw new LockHeldException(
              "cannot "
                  + what
                  + " "
                  + path
                  + ": this process holds it as a lock; close the lock first, or share what was"
                  + " opened with it");
        }
      }
    } finally {
      GUARD.unlock();
    }
  }

  /** Tells also, as far as the path shows it, whether someone removed the file from under it. */
  @Override
  public boolean isHeld() {
    if (closed || !lock.isValid()) {
      return false;
    }
    try {
      @Nullable BasicFileAttributes present = attributes(path);
      return present != null && (key == null || key.equals(present.fileKey()));
    } catch (IOException e) {
      // That the file cannot be looked at says nothing about the lock, which was valid just now.
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    GUARD.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      // In the list until the descriptor is closed: the closing would free a lock taken meanwhile.
      try {
        file.close();
      } finally {
        HELD.remove(this);
      }
    } finally {
      GUARD.unlock();
    }
  }

  private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static LockHeldException held(Path path, String who, @Nullable Throwable cause) {
    return new LockHeldException(
        "cannot lock " + path + ": " + who + "; wait until it ends, or end it, and try again",
        cause);
  }
}
