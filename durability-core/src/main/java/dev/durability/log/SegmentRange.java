package dev.durability.log;

/**
 * A segment and the entries in it.
 *
 * @param segmentId the number of the segment
 * @param firstEntryId the id of its first entry
 * @param lastEntryId the id of the last entry in it that counts, less than {@code firstEntryId} if
 *     there is none: it has no entry, or the end of the log was cut off before it
 * @param file its file, relative to the directory
 */
public record SegmentRange(long segmentId, long firstEntryId, long lastEntryId, String file) {}
