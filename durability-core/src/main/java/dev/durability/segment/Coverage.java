package dev.durability.segment;

import dev.durability.frame.BadHeaderException;
import dev.durability.frame.CheckpointFile;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameRun;
import dev.durability.log.CheckpointReference;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds the newest valid checkpoint of a log: under its default name, or named by a CHECKPOINT that
 * is the first entry of a segment.
 */
public final class Coverage {
  private static final int WINDOW_BYTES = 8192;

  private final Directory directory;
  private final UUID logId;
  private long covered;

  private Coverage(Directory directory, UUID logId) {
    this.directory = directory;
    this.logId = logId;
  }

  /**
   * Finds it, if it covers more than is known to be covered or of no interest.
   *
   * @param known an entry; checkpoints up to it are not looked at
   * @return the last entry that it contains, the known one if there is none that contains more
   */
  static long find(Directory directory, List<SegmentName> segments, UUID logId, long known)
      throws IOException {
    Coverage coverage = new Coverage(directory, logId);
    coverage.covered = known;
    coverage.lookAtDefaultNames();
    for (int i = segments.size() - 1; i >= 0; i--) {
      // A segment's CHECKPOINT covers less than its first entry.
      if (segments.get(i).firstEntryId() - 1 > coverage.covered) {
        coverage.lookAtFirstEntry(segments.get(i));
      }
    }
    return coverage.covered;
  }

  private void lookAtDefaultNames() throws IOException {
    for (long id : CheckpointName.list(directory)) {
      if (id <= covered) {
        return;
      }
      if (CheckpointFile.isValid(directory, CheckpointName.path(id), logId, id)) {
        covered = id;
        return;
      }
    }
  }

  private void lookAtFirstEntry(SegmentName segment) throws IOException {
    CheckpointReference named = firstEntry(directory, segment, logId);
    if (named != null
        && named.lastEntryId() > covered
        && isValid(named.lastEntryId(), named.path())) {
      covered = named.lastEntryId();
    }
  }

  /** The checkpoint that the first entry of a segment names, or null. */
  public static @Nullable CheckpointReference firstEntry(
      Directory directory, SegmentName segment, UUID logId) throws IOException {
    try (ReadFile file = directory.open(segment.path())) {
      FileHeader header = readHeader(file, segment);
      if (header == null || !header.logId().equals(logId)) {
        return null;
      }
      try (FrameRun run =
          new FrameRun(
              file, FileType.SEGMENT, header.salt(), header.firstEntryId(), WINDOW_BYTES)) {
        return run.startsWithCheckpoint()
            ? new CheckpointReference(run.promised(), run.path(), logId)
            : null;
      }
    } catch (NoSuchFileException removedMeanwhile) {
      // A segment that a writer truncates while we look has a newer checkpoint above it.
      return null;
    }
  }

  /** The header of a segment; null if it is damaged, or belongs to another name. */
  public static @Nullable FileHeader readHeader(ReadFile file, SegmentName segment)
      throws IOException {
    try {
      FileHeader header =
          FileHeader.decode(CheckpointFile.readHeader(file), FileType.SEGMENT, segment.path());
      boolean own =
          header.segmentId() == segment.segmentId()
              && header.firstEntryId() == segment.firstEntryId();
      return own ? header : null;
    } catch (BadHeaderException damaged) {
      return null;
    }
  }

  private boolean isValid(long id, String path) throws IOException {
    if (path.isEmpty()) {
      return true;
    }
    try {
      return CheckpointFile.isValid(directory, path, logId, id);
    } catch (IllegalArgumentException outside) {
      // Nothing read is trusted: a path that leads out of the directory names no checkpoint. What
      // may not be read is another matter: a file without permission can be a valid checkpoint.
      return false;
    }
  }
}
