package dev.durability.segment;

import dev.durability.frame.FileHeader;
import dev.durability.frame.ForeignFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Refuses a directory with a log of the Rust crate {@code durability}: a log of this library would
 * start empty next to the entries that are there. Other files are ignored.
 */
public final class ForeignLog {
  /** The names that the crate takes for its segments. */
  private static final Pattern SEGMENT = Pattern.compile("wal_\\+?[0-9]+\\.log");

  private ForeignLog() {}

  /**
   * Refuses a directory with such a log before anything is created in it: for some versions of the
   * crate, {@code wal/.lock} is the sign of a writer.
   *
   * @throws dev.durability.errors.FormatException if there is one
   */
  public static void refuse(Directory directory) throws IOException {
    List<String> names;
    try {
      names = directory.list(LogFiles.SEGMENTS);
    } catch (NoSuchFileException noLog) {
      names = List.of(); // It is about to be created.
    }
    refuse(directory, names);
  }

  /** The same, if the names in the directory of the segments are known. */
  static void refuse(Directory directory, List<String> names) throws IOException {
    refuseSegments(directory, names);
    if (names.stream().noneMatch(LogFiles::isSegment)) {
      refuseCheckpoints(directory);
    }
  }

  /**
   * Without a log of this library, checkpoints of the crate are what is left of a log. The crate
   * lets its users name them, so every file is looked at.
   */
  private static void refuseCheckpoints(Directory directory) throws IOException {
    List<String> names;
    try {
      names = directory.list(CheckpointName.DIRECTORY);
    } catch (NoSuchFileException none) {
      return;
    }
    for (String name : names) {
      String path = CheckpointName.DIRECTORY + "/" + name;
      try (ReadFile file = directory.open(path)) {
        ForeignFile.refuse(FileHeader.firstBytes(file), path);
      } catch (NoSuchFileException | FileSystemLoopException | AccessDeniedException obstacle) {
        // A link to nothing, in a loop or out of the directory, or a file that may not be read is
        // ignored like every other name. If no file can be opened at all, that is a failure.
      }
    }
  }

  private static void refuseSegments(Directory directory, List<String> names) throws IOException {
    for (String name : names) {
      if (!SEGMENT.matcher(name).matches()) {
        continue;
      }
      String path = LogFiles.SEGMENTS + "/" + name;
      try (ReadFile file = directory.open(path)) {
        ForeignFile.refuse(FileHeader.firstBytes(file), path);
      } catch (NoSuchFileException | FileSystemLoopException noFile) {
        // The crate truncates its log. A link to nothing or in a loop is ignored.
      }
    }
  }
}
