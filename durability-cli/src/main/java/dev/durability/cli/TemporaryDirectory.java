package dev.durability.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory that is removed with all that is in it, unless it is to be kept. For one thread. */
final class TemporaryDirectory implements Closeable {
  private final Path path;
  private boolean kept;

  /**
   * Takes a directory over.
   *
   * @param path the directory, which nobody else uses
   */
  TemporaryDirectory(Path path) {
    this.path = path;
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
  }
}
