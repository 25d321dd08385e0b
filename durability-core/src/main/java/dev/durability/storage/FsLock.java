package dev.durability.storage;

import dev.durability.errors.LockHeldException;
import dev.durability.errors.LockLostException;
import dev.durability.threads.StackSafeLock;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A lock that the operating system keeps on a file of an {@link FsDirectory}.
 *
 * <p><b>A refused attempt disturbs nobody.</b> POSIX drops all locks that a process has on a file
 * as soon as the process closes <em>any</em> descriptor of it. A second attempt in the same JVM
 * would therefore fail and, by closing what it had opened, silently free the first. So {@link
 * HeldLocks} is asked before the file is opened. If the JDK knows of a lock that is not listed
 * there, the file that was opened stays open for good.
 *
 * <p><b>A lock that is lost is noticed.</b> Other code in the process may open and close the file,
 * and anyone may remove it. Java cannot ask the system whether a lock is still held. So each holder
 * writes a random {@link LockToken} into the file, and changes the size of the file with it. {@link
 * #requireHeld} checks whether the file under the name is still the same one, with the same size
 * and time. If the size or the time is different, or the file is younger than 100 ms, it also reads
 * the token, through the descriptor that holds the lock. A later holder writes its own token before
 * it reads anything that the lock protects. If the earlier holder did not give up the lock and may
 * still be alive, the later one then waits 200 ms, so that the earlier one can finish what it has
 * begun.
 *
 * <p>{@link LockAttempt} has the steps of taking a lock. This class is the lock once it is held.
 */
final class FsLock implements DirectoryLock {
  /** Held while a lock of this class loader is taken, extended, or given up. */
  private static final StackSafeLock GUARD = new StackSafeLock();

  /**
   * File systems keep times with a resolution of some milliseconds: while the file is this young, a
   * second change may have the time of the first.
   */
  static final long YOUNG_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int ATTEMPTS = 3;

  private final RootedPaths paths;
  private final Path path;
  private final @Nullable Object key;
  private final String token;
  private final UninterruptibleFile file;
  private final FileLock lock;
  private final @Nullable HeldDirectory directory;
  private final List<Guarded> guarded = new CopyOnWriteArrayList<>();
  private final long takenNanos = System.nanoTime();
  private volatile BasicFileAttributes seen;
  private volatile boolean closed;
  private boolean released;

  /** A file that only the holder writes. */
  private record Guarded(Path path, @Nullable Object key) {}

  FsLock(
      RootedPaths paths,
      Path path,
      @Nullable Object key,
      String token,
      UninterruptibleFile file,
      FileLock lock,
      BasicFileAttributes seen,
      @Nullable HeldDirectory directory) {
    this.paths = paths;
    this.path = path;
    this.key = key;
    this.token = token;
    this.file = file;
    this.lock = lock;
    this.seen = seen;
    this.directory = directory;
  }

  /**
   * Takes a lock.
   *
   * @param paths where it is
   * @param path the real path of its file, which is created if it is missing
   * @param access what the file gets if it is created
   * @return the lock, held
   * @throws LockHeldException if anyone holds it
   * @throws IOException if it cannot be taken for another reason
   */
  static FsLock take(RootedPaths paths, Path path, CreatedAccess access) throws IOException {
    GUARD.lock();
    try {
      for (int left = ATTEMPTS; left > 0; left--) {
        @Nullable FsLock taken = LockAttempt.tryToTake(paths, path, access);
        if (taken != null) {
          return taken;
        }
      }
      throw held(path, "its file was replaced each time when it was about to be locked", null);
    } finally {
      GUARD.unlock();
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
    if (HeldLocks.isLock(path, key)) {
      throw heldHere(path, what);
    }
  }

  static LockHeldException heldHere(Path path, String what) {
    return new LockHeldException(
        "cannot "
            + what
            + " "
            + path
            + ": this process holds it as a lock, so what it belongs to is open already: close that"
            + " first, or share it. Another class loader may hold it, such as that of another web"
            + " application");
  }

  @Override
  public boolean isHeld() {
    try {
      requireHeld();
      return true;
    } catch (LockLostException lost) {
      return false;
    } catch (IOException e) {
      // The file cannot be looked at, which says nothing about the lock. It was valid just now.
      return !closed;
    }
  }

  /**
   * Looks at the file under the name, and at each guarded file; while the file is young it also
   * reads a few bytes. Opens no descriptor.
   */
  @Override
  public void requireHeld() throws IOException {
    if (closed || !lock.isValid()) {
      throw lost("it was closed");
    }
    BasicFileAttributes present = requireInPlace(path, key);
    if (!isUnchanged(present)) {
      if (!token.equals(LockToken.read(file))) {
        throw lost("another writer has taken it, after something in this process closed its file");
      }
      seen = present; // Looked at before the token was read, so a later write makes a difference.
    }
    for (Guarded each : guarded) {
      BasicFileAttributes unused = requireInPlace(each.path(), each.key());
    }
  }

  private boolean isUnchanged(BasicFileAttributes present) {
    BasicFileAttributes known = seen;
    return present.size() == known.size()
        && present.lastModifiedTime().equals(known.lastModifiedTime())
        && System.nanoTime() - takenNanos > YOUNG_NANOS;
  }

  private BasicFileAttributes requireInPlace(Path place, @Nullable Object expected)
      throws IOException {
    @Nullable BasicFileAttributes present = attributes(place);
    if (present == null) {
      Path parent = Objects.requireNonNull(place.getParent());
      throw lost(
          Files.exists(parent)
              ? place + " was removed"
              : "the directory " + parent + " was removed or renamed");
    }
    if (expected != null && !expected.equals(present.fileKey())) {
      throw lost(place + " was replaced by another file");
    }
    return present;
  }

  private LockLostException lost(String what) {
    return new LockLostException(
        "the lock "
            + path
            + " was lost: "
            + what
            + ". Another writer may be at work, so nothing more is written or acknowledged."
            + " Make sure that only one writer runs and that nothing else touches the lock's"
            + " file; then open again");
  }

  @Override
  public void guard(String file) throws IOException {
    Path target = paths.target(file);
    GUARD.lock();
    try {
      @Nullable BasicFileAttributes present = attributes(target);
      if (present == null) {
        throw new NoSuchFileException(target.toString());
      }
      if (closed) {
        throw lost("it was closed");
      }
      if (!HeldLocks.claimGuarded(target, present.fileKey(), token)) {
        throw new LockHeldException(
            "cannot write "
                + target
                + ": this process has it open for writing already, perhaps under another name (a"
                + " symbolic or hard link); close that first, or share it");
      }
      guarded.removeIf(each -> each.path().equals(target)); // The file may have been written anew.
      guarded.add(new Guarded(target, present.fileKey()));
    } finally {
      GUARD.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    GUARD.lock();
    try {
      if (released) {
        return;
      }
      boolean ours = isHeld();
      closed = true;
      try {
        release(ours);
      } catch (Error e) {
        // Does again what the Error broke off. Once it is given up, the lock may have a new holder.
        release(ours && lock.isValid());
        throw e;
      }
    } finally {
      GUARD.unlock();
    }
  }

  private void release(boolean ours) throws IOException {
    // Listed until the descriptor is closed: closing it would free a lock taken meanwhile.
    try (file;
        directory) {
      if (ours) {
        LockHolder.delete(path);
      }
    } finally {
      HeldLocks.remove(token);
    }
    released = true;
  }

  static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  static LockHeldException held(Path path, String who, @Nullable Throwable cause) {
    return new LockHeldException(
        "cannot lock " + path + ": " + who + "; wait until it ends, or end it, and try again",
        cause);
  }
}
