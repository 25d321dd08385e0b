package dev.durability.append;

import java.time.Clock;

/**
 * How segments are written.
 *
 * @param segmentBytes how large a segment becomes
 * @param segmentNanosMax how long after its first entry a segment takes others, in nanoseconds;
 *     {@code Long.MAX_VALUE} for as long as it takes
 * @param bufferBytes how large a block of frames becomes
 * @param preallocatedBytesMax how much of a segment may be filled with zeros ahead of need
 * @param clock the wall clock of headers and marks
 */
public record SegmentSettings(
    long segmentBytes,
    long segmentNanosMax,
    int bufferBytes,
    long preallocatedBytesMax,
    Clock clock) {

  /**
   * Zero-filling saves each sync the metadata, and writes all data twice. It pays if syncs are
   * small.
   */
  private static final long ZERO_FILLED_BYTES_PER_SYNC_MAX = 256 << 10;

  /**
   * How much of the next segment to fill with zeros by now, in bytes, 0 for nothing.
   *
   * @param position how far the segment before it is written, in bytes
   * @param syncs how many syncs that took
   */
  long zerosAhead(long position, long syncs) {
    boolean pays = position <= syncs * ZERO_FILLED_BYTES_PER_SYNC_MAX;
    return pays && position > segmentBytes / 2 ? Math.min(segmentBytes, preallocatedBytesMax) : 0;
  }
}
