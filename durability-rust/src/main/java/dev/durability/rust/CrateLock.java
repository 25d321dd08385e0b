package dev.durability.rust;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells whether a crate has a log open. From 0.7.3 on it holds {@code flock} on {@code wal/.lock}.
 * Java has no way to take or see that lock, so this looks into the kernel's list of locks, {@code
 * /proc/locks}, for the file's inode. It takes no lock.
 *
 * <p><b>Not promised.</b> On systems other than Linux, and where a container hides the processes of
 * others, this cannot tell. Up to 0.7.2 the file alone is the lock, a crash leaves it, and later
 * versions leave it always: so it says nothing.
 */
public final class CrateLock {
  private static final Path LOCKS = Path.of("/proc/locks");

  /** What is known of a lock. */
  public enum State {
    /** There is no file {@code wal/.lock}. */
    ABSENT,
    /** The file is there, and nobody whom the kernel shows holds a lock on it. */
    FREE,
    /** A process holds a lock on it. */
    HELD,
    /** The file is there, and this system does not tell who holds a lock on it. */
    UNKNOWN
  }

  private CrateLock() {}

  /**
   * Looks at the lock of a log.
   *
   * @param root the root of the crate's directory
   * @return what is known
   * @throws IOException if the storage fails
   */
  public static State of(Path root) throws IOException {
    return of(root, LOCKS);
  }

  static State of(Path root, Path locks) throws IOException {
    Path file = root.resolve(WriterLock.PATH);
    Object inode;
    try {
      if (!Files.getFileStore(file).supportsFileAttributeView("unix")) {
        return State.UNKNOWN;
      }
      inode = Files.getAttribute(file, "unix:ino");
    } catch (NoSuchFileException absent) {
      return State.ABSENT;
    } catch (UnsupportedOperationException | IllegalArgumentException otherSystem) {
      return Files.exists(file) ? State.UNKNOWN : State.ABSENT;
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(locks, StandardCharsets.ISO_8859_1);
    } catch (IOException hidden) {
      return State.UNKNOWN;
    }
    String end = ":" + inode;
    for (String line : lines) {
      for (String part : line.split(" ", -1)) {
        // Its device is not compared: some file systems show another one there. So a lock on a
        // file with the same number on another device counts, which can only refuse too much.
        if (part.endsWith(end)) {
          return State.HELD;
        }
      }
    }
    return State.FREE;
  }
}
