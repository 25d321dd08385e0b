package dev.durability.segment;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameRun;
import dev.durability.log.CheckpointReference;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * What a segment says before its first entry of the entries before it.
 *
 * @param coveredElsewhere the last entry that the owner of the log keeps elsewhere, 0 if none
 * @param checkpoints the checkpoints that its CHECKPOINT frames name, in order: the last 1,024,
 *     each once
 */
public record Preamble(long coveredElsewhere, List<CheckpointReference> checkpoints) {
  private static final int WINDOW_BYTES = 8192;
  private static final int CHECKPOINTS_MAX = 1024;
  private static final Preamble NOTHING = new Preamble(0, List.of());

  /**
   * Reads the preamble of a segment. Nothing counts if the segment is gone, belongs to another log,
   * or has no good header.
   */
  public static Preamble of(Directory directory, SegmentName name, UUID logId) throws IOException {
    try (Segment segment = Segment.openGood(directory, name)) {
      return segment == null || !segment.header().logId().equals(logId)
          ? NOTHING
          : of(segment, logId);
    } catch (NoSuchFileException removedMeanwhile) {
      // A segment that a writer truncates while we look has a newer checkpoint above it.
      return NOTHING;
    }
  }

  private static Preamble of(Segment segment, UUID logId) throws IOException {
    FileHeader header = segment.header();
    Set<CheckpointReference> checkpoints = new LinkedHashSet<>();
    try (FrameRun run = segment.run(WINDOW_BYTES)) {
      for (FrameRun.Step step = run.nextOfPreamble();
          step != FrameRun.Step.STOP;
          step = run.nextOfPreamble()) {
        if (step != FrameRun.Step.CHECKPOINT) {
          continue;
        }
        CheckpointReference named = new CheckpointReference(run.promised(), run.path(), logId);
        checkpoints.remove(named);
        checkpoints.add(named);
        if (checkpoints.size() > CHECKPOINTS_MAX) {
          checkpoints.remove(checkpoints.iterator().next());
        }
      }
    }
    return new Preamble(
        header.startsCovered() ? header.firstEntryId() - 1 : 0, List.copyOf(checkpoints));
  }
}
