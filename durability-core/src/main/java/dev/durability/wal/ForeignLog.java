package dev.durability.wal;

import dev.durability.frame.CheckpointFile;
import dev.durability.frame.ForeignFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A log of the Rust crate {@code durability} in the directory. It is the one exception from the
 * rule that other names are ignored: a log of ours would start empty beside the entries that are
 * there.
 */
final class ForeignLog {
  /** What the crate takes for its segments. */
  private static final Pattern SEGMENT = Pattern.compile("wal_\\+?[0-9]+\\.log");

  private ForeignLog() {}

  /**
   * Refuses a directory with such a log, before anything is created in it: some versions of the
   * crate take {@code wal/.lock} for a writer.
   *
   * @throws dev.durability.errors.FormatException if there is one
   */
  static void refuse(Directory directory) throws IOException {
    try {
      refuse(directory, directory.list(LogFiles.SEGMENTS));
    } catch (NoSuchFileException noLog) {
      // It is about to be created.
    }
  }

  /** The same, where the names in the directory of the segments are known. */
  static void refuse(Directory directory, List<String> names) throws IOException {
    for (String name : names) {
      if (!SEGMENT.matcher(name).matches()) {
        continue;
      }
      String path = LogFiles.SEGMENTS + "/" + name;
      try (ReadFile file = directory.open(path)) {
        ForeignFile.refuse(CheckpointFile.readHeader(file), path);
      } catch (NoSuchFileException removedMeanwhile) {
        // The crate truncates.
      }
    }
  }
}
