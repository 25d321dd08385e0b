package dev.durability.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.durability.errors.LockHeldException;
import dev.durability.errors.LockLostException;
import dev.durability.threads.StackSafeLock;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A lock that the operating system keeps on a file of an {@link FsDirectory}.
 *
 * <p><b>A refused attempt disturbs nobody.</b> POSIX drops all locks that a process has on a file
 * as soon as the process closes <em>any</em> descriptor of it. A second attempt in the same JVM
 * would therefore fail and, by closing what it had opened, silently free the first. So {@link
 * HeldLocks} is asked before the file is opened. Where the JDK knows of a lock that is not listed
 * there, what was opened stays open for good.
 *
 * <p><b>A lock that is lost is noticed.</b> Other code in the process may open and close the file,
 * and anyone may remove it. Java cannot ask the system whether a lock is still held. So each holder
 * writes a random token into the file, and changes the size of the file with it. {@link
 * #requireHeld} looks whether the file under the name is still the same one, of the same size and
 * time. If only the size or the time is another, and in the first moments, it also reads the token,
 * through the descriptor that holds the lock. A later holder has written its own token before it
 * reads anything of what the lock protects; where the earlier one did not give up the lock and may
 * still live, it then waits a moment, so that what that one has begun is over.
 */
final class FsLock implements DirectoryLock {
  /** Held while a lock of this class loader is taken, extended, or given up. */
  private static final StackSafeLock GUARD = new StackSafeLock();

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TOKEN_BYTES = 16;
  private static final int TOKEN_CHARS = 2 * TOKEN_BYTES;

  /** How many sizes the file may have. Each holder takes the next one: no clock decides. */
  private static final int SIZES = 16;

  /**
   * File systems keep times to some milliseconds: while the file is this young, a second change may
   * have the time of the first.
   */
  static final long YOUNG_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How long a step of a holder may take that has lost its lock and does not know it yet. */
  static final long OTHERS_END_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final int ATTEMPTS = 3;

  /**
   * Files that other code in this JVM has locked, by their identity: to close them would free that
   * lock. Guarded by {@link #GUARD}.
   */
  private static final Map<Object, UninterruptibleFile> NEVER_CLOSED = new HashMap<>();

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

  private FsLock(
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
   * @param path the real path of its file, which is created where it is missing
   * @param access what the file gets if it is created
   * @return the lock, held
   * @throws LockHeldException if anyone holds it
   * @throws IOException if it cannot be taken for another reason
   */
  static FsLock take(RootedPaths paths, Path path, CreatedAccess access) throws IOException {
    GUARD.lock();
    try {
      for (int left = ATTEMPTS; left > 0; left--) {
        @Nullable FsLock taken = tryToTake(paths, path, access);
        if (taken != null) {
          return taken;
        }
      }
      throw held(path, "its file was replaced each time when it was about to be locked", null);
    } finally {
      GUARD.unlock();
    }
  }

  /** Returns null if another file came to stand under the name meanwhile. */
  private static @Nullable FsLock tryToTake(RootedPaths paths, Path path, CreatedAccess access)
      throws IOException {
    @Nullable BasicFileAttributes present = attributes(path);
    if (present != null && !present.isRegularFile()) {
      throw new IOException("cannot lock " + path + ": it is not a regular file");
    }
    byte[] random = new byte[TOKEN_BYTES];
    RANDOM.nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    @Nullable FsLock taken = null;
    try {
      // Before the file is opened: to close it again would free the lock of whoever has it.
      if (!HeldLocks.claimLock(path, present == null ? null : present.fileKey(), token)) {
        throw heldHere(path, "lock");
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
        throw held(path, "another process holds it" + (holder == null ? "" : ": " + holder), null);
      }
      closes = false;
      return lock;
    } catch (OverlappingFileLockException e) {
      NEVER_CLOSED.put(identity, file);
      closes = false;
      throw held(path, "other code in this process holds it", e);
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
      return LockHolder.describe(path, token(file));
    } catch (IOException unreadable) {
      return null; // On Windows, what another process has locked cannot be read.
    }
  }

  /** Leaves everything that the holder of a lock leaves in the directory, and lists it. */
  private static @Nullable FsLock start(
      RootedPaths paths,
      Path path,
      @Nullable Object keyBefore,
      String token,
      UninterruptibleFile file,
      FileLock lock,
      CreatedAccess access)
      throws IOException {
    @Nullable BasicFileAttributes present = attributes(path);
    @Nullable Object key = present == null ? null : present.fileKey();
    if (present == null || (keyBefore != null && !keyBefore.equals(key))) {
      // Removed, or copied up where it was only the lower layer's until it was opened for writing.
      return null;
    }
    if (!HeldLocks.claimLock(path, key, token)) {
      throw heldHere(path, "lock");
    }
    boolean othersMayBeAtWork = LockHolder.mayLive(path);
    BasicFileAttributes written = writeToken(path, file, token);
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
   * A holder that lost this lock asks before each step whether it still has it. A step that it
   * began before the token was written may still run: this waits until that step is over.
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

  /** Writes the token, in a file of another size than before; returns what the file is then. */
  private static BasicFileAttributes writeToken(Path path, UninterruptibleFile file, String token)
      throws IOException {
    long before = file.size();
    int lineEnds = before < TOKEN_CHARS ? 1 : 1 + (int) ((before - TOKEN_CHARS) % SIZES);
    byte[] content = (token + "\n".repeat(lineEnds)).getBytes(US_ASCII);
    file.write(ByteBuffer.wrap(content), 0);
    file.truncate(content.length);
    @Nullable BasicFileAttributes written = attributes(path);
    if (written == null || !token.equals(token(file))) {
      throw held(path, "it was taken away again at once", null);
    }
    return written;
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

  private static LockHeldException heldHere(Path path, String what) {
    return new LockHeldException(
        "cannot "
            + what
            + " "
            + path
            + ": this process holds it as a lock; close the lock first, or share what was opened with"
            + " it. Another class loader may hold it, such as that of another web application");
  }

  @Override
  public boolean isHeld() {
    try {
      requireHeld();
      return true;
    } catch (LockLostException lost) {
      return false;
    } catch (IOException e) {
      // That the file cannot be looked at says nothing about the lock, which was valid just now.
      return !closed;
    }
  }

  /**
   * Costs one look at the file under the name, and one more for each file that is guarded; in the
   * first moments a positional read of a few bytes too. It needs no descriptor that is not open.
   */
  @Override
  public void requireHeld() throws IOException {
    if (closed || !lock.isValid()) {
      throw lost("it was closed");
    }
    BasicFileAttributes present = requireInPlace(path, key);
    if (!isUnchanged(present)) {
      if (!token.equals(token(file))) {
        throw lost("another writer has taken it, after something in this process closed its file");
      }
      seen = present; // Looked at before the token was read: what is written later is another.
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
            + ". Another writer may be at work, so nothing more is written or acknowledged. See to it"
            + " that only one writer runs and that nothing else touches the lock's file; then open"
            + " again");
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
      guarded.removeIf(each -> each.path().equals(target)); // It may have been written anew.
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
        // What it broke off is done again. Once the lock is given up, another may be its holder.
        release(ours && lock.isValid());
        throw e;
      }
    } finally {
      GUARD.unlock();
    }
  }

  private void release(boolean ours) throws IOException {
    // Listed until the descriptor is closed: the closing would free a lock taken meanwhile.
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

  /** What stands in the lock's file: the token of who took it last, or less. */
  private static String token(UninterruptibleFile file) throws IOException {
    ByteBuffer there = ByteBuffer.allocate(TOKEN_CHARS);
    int read = 0;
    while (read >= 0 && there.hasRemaining()) {
      read = file.read(there, there.position());
    }
    return new String(there.array(), 0, there.position(), US_ASCII);
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
