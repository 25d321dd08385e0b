package dev.durability.storage;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to take an {@link FsLock}: claim it in this JVM, open its file, lock the file, write
 * the token. If a step fails, the steps before it are undone, and the lock of another holder is as
 * it was. All of it runs under the guard of {@link FsLock}.
 */
final class LockAttempt {
  /** How long one step may take of a holder that has lost its lock and does not know it yet. */
  static final long OTHERS_END_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /**
   * Files that other code in this JVM has locked, by their identity: closing them would free that
   * lock. Guarded by the guard of {@link FsLock}.
   */
  private static final Map<Object, UninterruptibleFile> NEVER_CLOSED = new HashMap<>();

  private LockAttempt() {}

  /** Returns null if another file got the name meanwhile. */
  static @Nullable FsLock tryToTake(RootedPaths paths, Path path, CreatedAccess access)
      throws IOException {
    @Nullable BasicFileAttributes present = FsLock.attributes(path);
    if (present != null && !present.isRegularFile()) {
      throw new IOException("cannot lock " + path + ": it is not a regular file");
    }
    String token = LockToken.random();
    @Nullable FsLock taken = null;
    try {
      // Before the file is opened: closing it again would free the lock of its holder.
      if (!HeldLocks.claimLock(path, present == null ? null : present.fileKey(), token)) {
        throw FsLock.heldHere(path, "lock");
      }
      taken = take(paths, path, present, token, access);
      return taken;
    } finally {
      if (taken == null) {
        HeldLocks.remove(token);
      }
    }
  }

  private static @Nullable FsLock take(
      RootedPaths paths,
      Path path,
      @Nullable BasicFileAttributes present,
      String token,
      CreatedAccess access)
      throws IOException {
    @Nullable Object key = present == null ? null : present.fileKey();
    Object identity = key == null ? path : key;
    @Nullable UninterruptibleFile known = NEVER_CLOSED.get(identity);
    UninterruptibleFile file = known == null ? open(path, present == null, access) : known;
    FileLock lock = tryLock(path, identity, file);
    @Nullable FsLock taken = null;
    try {
      taken = start(paths, path, key, token, file, lock, access);
      return taken;
    } finally {
      if (taken == null) {
        file.close();
      }
    }
  }

  /** Locks a file, or throws; then it is closed, unless that would free the lock of others. */
  private static FileLock tryLock(Path path, Object identity, UninterruptibleFile file)
      throws IOException {
    boolean closes = !NEVER_CLOSED.containsKey(identity);
    try {
      FileLock lock = file.tryLock();
      boolean unused = NEVER_CLOSED.remove(identity, file);
      if (lock == null) {
        closes = true;
        @Nullable String holder = holderOf(path, file);
        throw FsLock.held(
            path, "another process holds it" + (holder == null ? "" : ": " + holder), null);
      }
      closes = false;
      return lock;
    } catch (OverlappingFileLockException e) {
      NEVER_CLOSED.put(identity, file);
      closes = false;
      throw FsLock.held(path, "other code in this process holds it", e);
    } finally {
      if (closes) {
        file.close();
      }
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

  private static @Nullable String holderOf(Path path, UninterruptibleFile file) {
    try {
      return LockHolder.describe(path, LockToken.read(file));
    } catch (IOException unreadable) {
      return null; // On Windows, what another process has locked cannot be read.
    }
  }

  /** Writes what the holder of a lock keeps in the directory, and lists the lock. */
  private static @Nullable FsLock start(
      RootedPaths paths,
      Path path,
      @Nullable Object keyBefore,
      String token,
      UninterruptibleFile file,
      FileLock lock,
      CreatedAccess access)
      throws IOException {
    @Nullable BasicFileAttributes present = FsLock.attributes(path);
    @Nullable Object key = present == null ? null : present.fileKey();
    if (present == null || (keyBefore != null && !keyBefore.equals(key))) {
      // Removed; or an overlay file system copied it when it was opened for writing.
      return null;
    }
    if (!HeldLocks.claimLock(path, key, token)) {
      throw FsLock.heldHere(path, "lock");
    }
    boolean othersMayBeAtWork = LockHolder.mayLive(path);
    BasicFileAttributes written = LockToken.write(path, file, token);
    if (othersMayBeAtWork) {
      letOthersEnd();
    }
    LockHolder.write(path, token, access);
    HeldDirectory directory = HeldDirectory.hold(Objects.requireNonNull(path.getParent()));
    try {
      return new FsLock(paths, path, key, token, file, lock, written, directory);
    } catch (RuntimeException | Error e) {
      if (directory != null) {
        directory.close();
      }
      throw e;
    }
  }

  /**
   * A holder that lost this lock checks before each step whether it still has it. A step that it
   * began before the token was written may still run: this waits until that step must be over.
   */
  private static void letOthersEnd() {
    long start = System.nanoTime();
    boolean interrupted = false;
    for (long left = OTHERS_END_NANOS; left > 0; ) {
      LockSupport.parkNanos(left);
      interrupted |= Thread.interrupted();
      left = OTHERS_END_NANOS - (System.nanoTime() - start);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
