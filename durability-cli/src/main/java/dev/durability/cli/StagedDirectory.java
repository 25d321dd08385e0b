package dev.durability.cli;

import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.FsDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that gets its name when all of it is there: {@code <name>.<what>} until then. A half
 * of a log looks like a shorter, whole one, so it must never have the name. What a killed process
 * left under the other name is removed by the next one; a lock in it keeps out another that is at
 * work.
 */
final class StagedDirectory implements Closeable {
  private static final String LOCK = ".staged";
  private static final List<String> OWN = List.of(LOCK, LOCK + ".holder");

  private final Path target;
  private final Path staged;
  private final FsDirectory directory;
  private final DirectoryLock lock;
  private boolean finished;

  private StagedDirectory(Path target, Path staged, FsDirectory directory, DirectoryLock lock) {
    this.target = target;
    this.staged = staged;
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Begins.
   *
   * @param target the directory to make: missing, or empty
   * @param what is being done to it, for its name until then
   */
  static StagedDirectory begin(Path target, String what) throws IOException {
    requireEmpty(target);
    Path whole = target.toAbsolutePath().normalize();
    if (whole.getFileName() == null) {
      throw new UsageException(target + " is no name for a new directory");
    }
    Path staged = whole.resolveSibling(whole.getFileName() + "." + what);
    if (!isEmptyOrMissing(staged) && !Files.exists(staged.resolve(LOCK))) {
      throw new UsageException(
          staged + " is in the way, and this program did not leave it: rename or remove it");
    }
    FsDirectory directory = FsDirectory.open(staged);
    DirectoryLock lock = directory.lock(LOCK);
    StagedDirectory made = new StagedDirectory(whole, staged, directory, lock);
    try {
      made.empty();
      return made;
    } catch (IOException | RuntimeException | Error e) {
      try (made) {
        throw e;
      }
    }
  }

  private static void requireEmpty(Path target) throws IOException {
    if (!isEmptyOrMissing(target)) {
      throw new UsageException(target + " is not empty: name a new directory. Nothing was changed");
    }
  }

  private static boolean isEmptyOrMissing(Path path) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      return false; // Listing a pipe would wait.
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      return !files.iterator().hasNext();
    } catch (NoSuchFileException missing) {
      return !Files.isSymbolicLink(path);
    } catch (NotDirectoryException file) {
      return false;
    }
  }

  /** Removes all but the lock. Links are removed, not followed. */
  private void empty() throws IOException {
    try (Stream<Path> files = Files.walk(staged)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(staged) && !OWN.contains(staged.relativize(file).toString())) {
          Files.delete(file);
        }
      }
    }
  }

  Directory directory() {
    return directory;
  }

  /** Makes a directory in it; the empty name is the directory itself. */
  Directory below(String name) throws IOException {
    return name.isEmpty() ? directory : FsDirectory.open(staged.resolve(name));
  }

  /** Gives it its name, durably. All in it is durable. */
  void finish() throws IOException {
    requireEmpty(target); // Meanwhile it may not be.
    Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
    finished = true;
    // A crash before this may leave the old name: the next attempt begins again.
    Path parent = target.getParent();
    if (parent != null) {
      FsDirectory.open(parent).sync("");
    }
  }

  /** Gives up the lock, and removes what has not got its name. */
  @Override
  public void close() throws IOException {
    try (lock) {
      if (!finished) {
        empty();
      }
    }
    Path place = finished ? target : staged;
    for (String name : OWN) {
      Files.deleteIfExists(place.resolve(name));
    }
    if (!finished) {
      Files.deleteIfExists(staged);
    }
  }
}
