package dev.durability.log;

import java.time.Instant;

/**
 * The end of what is intact in a segment.
 *
 * @param lastEntryId the last entry of the segment that counts; the one before its first if there
 *     is none
 * @param offset the offset after it, in bytes
 * @param isEnded whether it was ended in an orderly way: the log went on in another segment, or was
 *     closed
 * @param isCut whether a later segment makes void what follows, if anything does
 * @param leftBytes how many bytes follow up to the last one that is not zero: damaged, cut off by a
 *     crash, being written or void
 * @param lastClock the last time that the segment carries, by the wall clock of its writer
 */
public record SegmentEnd(
    long lastEntryId,
    long offset,
    boolean isEnded,
    boolean isCut,
    long leftBytes,
    Instant lastClock) {}
