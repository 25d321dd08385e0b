package dev.durability.archive;

import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;

/** Directories that a log is written into. */
final class Targets {
  private static final List<String> PARTS =
      List.of(LogNames.SEGMENTS, LogNames.CHECKPOINTS, "quarantine", "archive", "holds");

  private Targets() {}

  /** Throws if anything of a log, or any file, is there. */
  static void requireEmpty(Directory target) throws IOException {
    String found = target.list("").stream().findFirst().orElse(null);
    for (String part : PARTS) {
      if (found == null && target.exists(part) && !target.list(part).isEmpty()) {
        found = part;
      }
    }
    if (found != null) {
      throw new FileAlreadyExistsException(
          found, null, "a log is written into an empty directory only; nothing was changed");
    }
  }
}
