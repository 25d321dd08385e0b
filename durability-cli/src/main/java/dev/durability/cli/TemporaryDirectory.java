package dev.durability.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is removed with all its content, unless it is to be kept. Directories that were
 * made to hold it are removed, too. For one thread.
 */
final class TemporaryDirectory implements Closeable {
  private final Path path;

  /** The innermost first. */
  private final Deque<Path> madeAbove;

  private boolean kept;

  private TemporaryDirectory(Path path, Deque<Path> madeAbove) {
    this.path = path;
    this.madeAbove = madeAbove;
  }

  /**
   * Takes over a directory.
   *
   * @param path the directory, which no other code uses
   */
  TemporaryDirectory(Path path) {
    this(path, new ArrayDeque<>());
  }

  /**
   * Makes one.
   *
   * @param path where; what is missing above it is made, too
   * @throws IOException if it exists or cannot be made; then nothing is left behind
   */
  static TemporaryDirectory at(Path path) throws IOException {
    return make(path.toAbsolutePath().getParent(), () -> Files.createDirectory(path));
  }

  /**
   * Makes one with a new name.
   *
   * @param directory where; it and what is missing above it is made, too
   * @param prefix how the name begins
   * @throws IOException if it cannot be made; then nothing is left behind
   */
  static TemporaryDirectory in(Path directory, String prefix) throws IOException {
    return make(directory, () -> Files.createTempDirectory(directory, prefix));
  }

  private interface Making {
    Path make() throws IOException;
  }

  private static TemporaryDirectory make(@Nullable Path above, Making making) throws IOException {
    Deque<Path> made = new ArrayDeque<>();
    try {
      makeMissing(above, made);
      return new TemporaryDirectory(making.make(), made);
    } catch (IOException | RuntimeException | Error e) {
      try {
        removeEmpty(made);
      } catch (IOException leftBehind) {
        e.addSuppressed(leftBehind);
      }
      throw e;
    }
  }

  private static void makeMissing(@Nullable Path directory, Deque<Path> made) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path at = directory == null ? null : directory.toAbsolutePath();
    while (at != null && Files.notExists(at)) {
      missing.push(at);
      at = at.getParent();
    }
    for (Path each : missing) {
      Files.createDirectory(each);
      made.push(each);
    }
  }

  Path path() {
    return path;
  }

  /** From now on it stays. */
  void keep() {
    kept = true;
  }

  @Override
  public void close() throws IOException {
    if (kept) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
    removeEmpty(madeAbove);
  }

  private static void removeEmpty(Deque<Path> made) throws IOException {
    try {
      for (Path each : made) {
        Files.deleteIfExists(each);
      }
    } catch (DirectoryNotEmptyException someoneElseUsesIt) {
      // It stays, with those above it.
    }
  }
}
