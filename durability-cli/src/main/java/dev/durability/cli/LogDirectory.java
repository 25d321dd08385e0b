package dev.durability.cli;

import dev.durability.log.SegmentRange;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** Opens the directory of an existing log. Only {@code append} creates one. */
final class LogDirectory {

  private LogDirectory() {}

  /**
   * Opens it for reading, which needs no right to write, creates nothing and syncs nothing.
   *
   * @throws IOException if it is missing, not a log, or not readable
   */
  static FsDirectory forReading(Path path) throws IOException {
    refuseUnlessLog(path);
    return FsDirectory.openForReading(path);
  }

  /**
   * Opens it to change it.
   *
   * @throws IOException if it is missing, not a log, or not writable
   */
  static FsDirectory forWriting(Path path) throws IOException {
    refuseUnlessLog(path);
    return FsDirectory.open(path);
  }

  private static void refuseUnlessLog(Path path) throws IOException {
    if (!attributes(path).isDirectory()) {
      throw new FileSystemException(path.toString(), null, "not a directory, so not a log");
    }
    boolean isLog;
    try {
      isLog = attributes(path.resolve("wal")).isDirectory();
    } catch (NoSuchFileException e) {
      isLog = false;
    }
    if (!isLog) {
      nameAnotherLog(path);
      throw new FileSystemException(path.toString(), null, "not a log: it holds no directory wal");
    }
  }

  /** Of a log of the Rust crate, only the checkpoints may be left. */
  private static void nameAnotherLog(Path path) throws IOException {
    try {
      List<SegmentRange> unused = WalMaintenance.segments(FsDirectory.openForReading(path));
    } catch (NoSuchFileException | NotDirectoryException noLog) {
      // It is not a log of another program either.
    }
  }

  /** Not Files.isDirectory, which is false for a directory that may not be looked at. */
  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }
}
