package dev.durability.cli;

import dev.durability.errors.LockHeldException;
import dev.durability.rust.CrateLock;
import dev.durability.rust.CrateLog;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;

/** A directory with a log of the Rust crate. */
final class CrateDirectory {
  private static final String SEGMENTS = "wal";

  private CrateDirectory() {}

  /** Whether a directory has a log of the crate, and none of this library. */
  static boolean isIn(Path path) throws IOException {
    if (!Files.isDirectory(path.resolve(SEGMENTS))) {
      return false; // Listing a pipe would wait.
    }
    boolean hasCandidate = false;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path.resolve(SEGMENTS))) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.endsWith(".wal")) {
          return false;
        }
        hasCandidate |= name.startsWith("wal_") && name.endsWith(".log");
      }
    } catch (NoSuchFileException | NotDirectoryException noLog) {
      return false;
    }
    // Only now: loading the module's classes takes time, which other logs should not pay.
    return hasCandidate && CrateLog.isIn(FsDirectory.openForReading(path));
  }

  /** Refuses to make a directory within the one that is only read. */
  static void requireOutside(Path source, Path target) throws IOException {
    Path whole = source.toRealPath();
    Path existing = target.toAbsolutePath().normalize();
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (existing != null && existing.toRealPath().startsWith(whole)) {
      throw new UsageException(target + " is within " + source + ", which is only read");
    }
  }

  /**
   * Refuses a directory whose log a crate has open.
   *
   * @return what is known of the lock
   */
  static CrateLock.State requireUnlocked(Path path) throws IOException {
    CrateLock.State lock = CrateLock.of(path);
    if (lock == CrateLock.State.HELD) {
      throw new LockHeldException(
          path.resolve(SEGMENTS).resolve(".lock")
              + " is locked: a program has the log open. Nothing was changed: stop it first");
    }
    return lock;
  }

  /** How many bytes its files have, as far as an import reads them. */
  static long bytes(Directory directory) throws IOException {
    long bytes = 0;
    for (String parent : new String[] {SEGMENTS, "checkpoints"}) {
      for (String name : names(directory, parent)) {
        bytes += name.startsWith(".") ? 0 : size(directory, parent + "/" + name);
      }
    }
    return bytes;
  }

  private static List<String> names(Directory directory, String parent) throws IOException {
    try {
      return directory.list(parent);
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }

  private static long size(Directory directory, String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      return file.size();
    } catch (IOException notReadable) {
      return 0; // Only the progress bar asks.
    }
  }
}
