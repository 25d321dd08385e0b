package dev.durability.testkit.errors;

import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The log of {@link LogScenario} in files; in memory where that can be, since nothing crashes. */
final class FileScenario extends LogScenario {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final String NAME = "durability-errors";

  @Override
  Disk disk() throws IOException {
    return new TemporaryFiles(
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, NAME)
            : Files.createTempDirectory(NAME));
  }

  private record TemporaryFiles(Path root) implements Disk {
    @Override
    public Directory open() throws IOException {
      return FsDirectory.open(root);
    }

    @Override
    public void close() throws IOException {
      List<Path> all;
      try (Stream<Path> walk = Files.walk(root)) {
        all = walk.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : all) {
        Files.delete(path);
      }
    }
  }
}
