package dev.durability.benchmarks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  private static long size(Path path) throws IOException {
    try {
      return Files.isRegularFile(path) ? Files.size(path) : 0;
    } catch (NoSuchFileException removedMeanwhile) {
      return 0;
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
      bytes += size(path);
    }
    return bytes;
  }

  /** Deepest first. What is removed meanwhile is left out. */
  private static List<Path> below(Path directory) throws IOException {
    List<Path> paths = new ArrayList<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            paths.add(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            if (!visited.equals(directory)) {
              paths.add(visited);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return paths;
  }
}
