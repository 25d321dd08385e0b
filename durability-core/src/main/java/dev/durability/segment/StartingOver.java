package dev.durability.segment;

import dev.durability.errors.ChecksumMismatch;
import dev.durability.errors.CorruptLogException;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.FileHeader;
import dev.durability.log.CheckpointReference;
import dev.durability.log.SegmentRange;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A segment that is to be made, and that does not go on where the one before it ended. It continues
 * the last segment that then stands before it, and takes over what the preambles say that it makes
 * void: they are not looked at any more. What covers more than is left is not valid, or the log
 * would not be cut off there.
 *
 * @param plan its numbers and flags
 * @param position the position of this among all appends
 */
public record StartingOver(SegmentPlan plan, long position) {

  /** The last entry before it that counts, or that is kept elsewhere. */
  public long lastIdBefore() {
    return plan.name().firstEntryId() - 1;
  }

  /** What a segment before it holds from then on. */
  public SegmentRange cut(SegmentRange before) {
    long lastId = Math.min(lastIdBefore(), before.lastEntryId());
    return new SegmentRange(before.segmentId(), before.firstEntryId(), lastId, before.file());
  }

  /**
   * Completes the plan.
   *
   * @param before all segments before it, in order; all of them are written
   */
  public SegmentPlan complete(Directory directory, UUID logId, List<SegmentRange> before)
      throws IOException {
    List<SegmentName> all = new ArrayList<>();
    for (SegmentRange range : before) {
      all.add(new SegmentName(range.segmentId(), range.firstEntryId()));
    }
    all.add(plan.name());
    List<SegmentName> standing = LogListing.standing(all);
    Set<SegmentName> whole = Set.copyOf(standing);
    int flags = plan.flags();
    Set<CheckpointReference> preamble = new LinkedHashSet<>();
    for (SegmentName name : all) {
      if (!whole.contains(name)) {
        List<CheckpointReference> named = Preamble.of(directory, name, logId).checkpoints();
        preamble.addAll(named.stream().filter(c -> c.lastEntryId() <= lastIdBefore()).toList());
        if (name.firstEntryId() == plan.name().firstEntryId()) {
          flags |= flags(directory, name);
        }
      }
    }
    int previousSalt =
        standing.size() < 2 ? 0 : header(directory, standing.get(standing.size() - 2)).salt();
    return new SegmentPlan(
        plan.name(), plan.salt(), previousSalt, flags, plan.schema(), List.copyOf(preamble));
  }

  /** What a segment says of the entries before it goes on to be so. */
  private static int flags(Directory directory, SegmentName name) throws IOException {
    FileHeader header = Segment.goodHeader(directory, name);
    return header == null ? 0 : header.flags();
  }

  private static FileHeader header(Directory directory, SegmentName name) throws IOException {
    ChecksumMismatch checksum = null;
    try (Segment segment = Segment.open(directory, name)) {
      if (segment.headerFitsName()) {
        return segment.header();
      }
    } catch (BadHeaderException damaged) {
      checksum = damaged.checksum();
    }
    throw new CorruptLogException(
        "the header of the segment is damaged from which the log is to go on. Nothing was cut off."
            + " Restore the file from a copy",
        name.path(),
        0,
        0,
        0,
        checksum);
  }
}
