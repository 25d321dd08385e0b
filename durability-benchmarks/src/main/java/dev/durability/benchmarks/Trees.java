package dev.durability.benchmarks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directories with all that is in them. */
public final class Trees {

  private Trees() {}

  /**
   * Deletes what is in a directory.
   *
   * @param directory the directory, which stays
   * @throws IOException if that fails
   */
  public static void empty(Path directory) throws IOException {
    for (Path path : below(directory)) {
      Files.deleteIfExists(path);
    }
  }

  /**
   * Waits until all files in a directory are on the disk, so that the system does not write them
   * while someone else is measured.
   *
   * @param directory the directory
   * @throws IOException if that fails
   */
  public static void sync(Path directory) throws IOException {
    for (Path path : below(directory)) {
      if (Files.isRegularFile(path)) {
        syncFile(path);
      }
    }
  }

  private static void syncFile(Path file) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.WRITE);
    } catch (NoSuchFileException removedMeanwhile) {
      return;
    }
    try (channel) {
      channel.force(true);
    }
  }

  /**
   * Adds up the sizes of the files in a directory.
   *
   * @param directory the directory
   * @return bytes
   * @throws IOException if that fails
   */
  public static long bytes(Path directory) throws IOException {
    long bytes = 0;
    for (Path path : below(directory)) {
      bytes += Files.isRegularFile(path) ? Files.size(path) : 0;
    }
    return bytes;
  }

  /** Deepest first. */
  private static List<Path> below(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.filter(p -> !p.equals(directory)).sorted(Comparator.reverseOrder()).toList();
    }
  }
}
