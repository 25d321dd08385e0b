package dev.durability.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A directory for the reader that was written from the page, which reads real files. */
public final class Scratch {
  private static final Path ROOT = make();

  private Scratch() {}

  private static Path make() {
    Path memory = Path.of("/dev/shm");
    try {
      Path root =
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "durability-fuzz")
              : Files.createTempDirectory("durability-fuzz");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root)));
      return root;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path root) {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory with these files and no others. One thread. */
  static Path with(Map<String, byte[]> files) throws IOException {
    for (String place : new String[] {"wal", "checkpoints"}) {
      Path directory = Files.createDirectories(ROOT.resolve(place));
      try (Stream<Path> all = Files.list(directory)) {
        for (Path each : all.toList()) {
          Files.delete(each);
        }
      }
    }
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      Files.write(ROOT.resolve(each.getKey()), each.getValue());
    }
    return ROOT;
  }
}
