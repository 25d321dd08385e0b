package dev.durability.segment;

import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.storage.Directory;
import java.io.IOException;

/** A segment that was read, and was truncated since. */
final class TruncatedSegment {
  private TruncatedSegment() {}

  /**
   * Tells whether entries that were read in it are void by now. The oldest segments are removed
   * first, so only the oldest that is left can tell: if it was made when the other one was the
   * last, or continues it, or continues nothing.
   *
   * @param readIn the header of the segment
   * @param nextId the entry after the last that was read
   * @param oldest the oldest segment that is left
   * @return the first entry that is void, or {@code nextId} if none is
   * @throws DurabilityException if the oldest segment cannot tell
   */
  static long firstVoidId(Directory directory, FileHeader readIn, long nextId, SegmentName oldest)
      throws IOException {
    if (oldest.segmentId() - 1 != readIn.segmentId()) {
      FileHeader header = Segment.goodHeader(directory, oldest);
      boolean continuesIt = header != null && header.previousSalt() == readIn.salt();
      boolean continuesNothing = header != null && header.rewinds() && header.previousSalt() == 0;
      if (!continuesIt && !continuesNothing) {
        throw new DurabilityException(
            "cannot read from entry "
                + nextId
                + " on: the log starts at entry "
                + oldest.firstEntryId()
                + ", because older entries were truncated, and those that were read may have been cut"
                + " off before that. Start from a checkpoint that covers them");
      }
    }
    return Math.min(oldest.firstEntryId(), nextId);
  }
}
