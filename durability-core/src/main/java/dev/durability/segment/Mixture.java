package dev.durability.segment;

import dev.durability.errors.FormatException;
import dev.durability.frame.FileHeader;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A segment that does not belong among the others.
 *
 * @param segment it
 * @param problem what is wrong with it
 */
record Mixture(SegmentName segment, String problem) {

  /**
   * Finds what no run over the segments can show: two have one number, or the oldest is of another
   * log, even if it is superseded.
   *
   * @param names the segments, in order: at least one
   * @param logId the log that the newest names, or null if none does
   * @return the first, or null
   */
  static @Nullable Mixture find(Directory directory, List<SegmentName> names, @Nullable UUID logId)
      throws IOException {
    for (int i = 1; i < names.size(); i++) {
      if (names.get(i).segmentId() == names.get(i - 1).segmentId()) {
        return new Mixture(names.get(i), "another segment before it has the same number");
      }
    }
    SegmentName oldest = names.get(0);
    try {
      FileHeader header = Segment.goodHeader(directory, oldest);
      if (header != null && logId != null && !header.logId().equals(logId)) {
        return new Mixture(
            oldest, "it belongs to the log " + header.logId() + ", the newest one to " + logId);
      }
    } catch (FormatException | NoSuchFileException neverRead) {
      // If it were read, a run over the segments would tell.
    }
    return null;
  }
}
