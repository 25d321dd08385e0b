package dev.durability.segment;

import dev.durability.frame.FrameRun;
import dev.durability.log.CheckpointReference;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints that a log knows of: those under default names, and those that a CHECKPOINT at
 * the start of a segment names. No checkpoint is opened for this. {@link Coverage}, or the code
 * that reads a checkpoint, finds out whether it exists and is whole.
 */
public final class KnownCheckpoints {
  private static final int WINDOW_BYTES = 8192;

  private KnownCheckpoints() {}

  /**
   * Lists all of them.
   *
   * @return the checkpoints, the one that contains most first; none if no segment says which log
   *     this is
   */
  public static List<CheckpointReference> of(Directory directory) throws IOException {
    List<SegmentName> segments = LogListing.segments(directory);
    UUID logId = LogListing.logId(directory, segments);
    if (logId == null) {
      return List.of();
    }
    List<CheckpointReference> references = new ArrayList<>();
    for (long id : CheckpointName.list(directory)) {
      references.add(new CheckpointReference(id, CheckpointName.path(id), logId));
    }
    for (SegmentName segment : segments) {
      CheckpointReference named = namedBy(directory, segment, logId);
      if (named != null && !references.contains(named)) {
        references.add(named);
      }
    }
    references.sort(Comparator.comparingLong(CheckpointReference::lastEntryId).reversed());
    return references;
  }

  /** The checkpoint that the first entry of a segment of the log names, or null. */
  static @Nullable CheckpointReference namedBy(Directory directory, SegmentName name, UUID logId)
      throws IOException {
    try (Segment segment = Segment.openGood(directory, name)) {
      if (segment == null || !segment.header().logId().equals(logId)) {
        return null;
      }
      try (FrameRun run = segment.run(WINDOW_BYTES)) {
        return run.startsWithCheckpoint()
            ? new CheckpointReference(run.promised(), run.path(), logId)
            : null;
      }
    } catch (NoSuchFileException removedMeanwhile) {
      // If a writer truncates the segment meanwhile, a newer checkpoint covers it.
      return null;
    }
  }
}
