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
    Clock clock) {}
