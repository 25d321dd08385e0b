package dev.durability.segment;

import dev.durability.log.CheckpointReference;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * The checkpoints that a log knows of: those under default names, and those that a CHECKPOINT in
 * the {@linkplain Preamble preamble} of a segment names. No checkpoint is opened for this. {@link
 * Coverage}, or the code that reads a checkpoint, finds out whether it exists and is whole.
 */
public final class KnownCheckpoints {
  private KnownCheckpoints() {}

  /**
   * Lists all of them.
   *
   * @return the checkpoints, the one that contains most first; none if no segment says which log
   *     this is, or there is no log
   */
  public static List<CheckpointReference> of(Directory directory) throws IOException {
    List<SegmentName> segments;
    try {
      segments = LogListing.standing(LogListing.segments(directory));
    } catch (NoSuchFileException noLog) {
      return List.of();
    }
    UUID logId = LogListing.logId(directory, segments);
    if (logId == null) {
      return List.of();
    }
    List<CheckpointReference> references = new ArrayList<>();
    for (long id : CheckpointName.list(directory)) {
      references.add(new CheckpointReference(id, CheckpointName.path(id), logId));
    }
    for (SegmentName segment : segments) {
      for (CheckpointReference named : Preamble.of(directory, segment, logId).checkpoints()) {
        if (!references.contains(named)) {
          references.add(named);
        }
      }
    }
    references.sort(Comparator.comparingLong(CheckpointReference::lastEntryId).reversed());
    return references;
  }
}
