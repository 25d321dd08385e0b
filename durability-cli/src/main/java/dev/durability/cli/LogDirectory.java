package dev.durability.cli;

import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Opens the directory of a log that has to be there: reading must not create one. */
final class LogDirectory {

  private LogDirectory() {}

  static FsDirectory existing(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (!Files.isDirectory(path)) {
      throw new FileSystemException(path.toString(), null, "not a directory, so not a log");
    }
    if (!Files.isDirectory(path.resolve("wal"))) {
      throw new FileSystemException(path.toString(), null, "not a log: it holds no directory wal");
    }
    return FsDirectory.open(path);
  }
}
