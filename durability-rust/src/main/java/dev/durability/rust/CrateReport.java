package dev.durability.rust;

import dev.durability.errors.ChecksumMismatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a log of the crate was left.
 *
 * @param verdict in one word
 * @param segments the segments as far as they were read; of the last one, its intact part
 * @param firstEntryId the id of the first entry that is, or would be, in the log
 * @param lastEntryId the id of the last intact entry; the one before the first if there is none
 * @param leftOut what is after that entry and not intact; whole segments after damage, too; empty
 *     if the verdict is CLEAN
 * @param reason why the verdict is not CLEAN; null if it is
 * @param checksum the checksum that shows the damage; null if none does
 */
public record CrateReport(
    CrateVerdict verdict,
    List<CrateSegment> segments,
    long firstEntryId,
    long lastEntryId,
    List<LeftOut> leftOut,
    @Nullable String reason,
    @Nullable ChecksumMismatch checksum) {

  /**
   * Makes a report with unmodifiable lists.
   *
   * @param verdict as above
   * @param segments as above
   * @param firstEntryId as above
   * @param lastEntryId as above
   * @param leftOut as above
   * @param reason as above
   * @param checksum as above
   */
  public CrateReport {
    segments = List.copyOf(segments);
    leftOut = List.copyOf(leftOut);
  }

  /** {@return how many intact entries there are} */
  public long entries() {
    return segments.stream().mapToLong(CrateSegment::entries).sum();
  }

  /** {@return how many entries have a checksum of version 3 in a segment of version 2} */
  public long newerChecksums() {
    return segments.stream().mapToLong(CrateSegment::newerChecksums).sum();
  }
}
