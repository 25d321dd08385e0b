package dev.durability.log;

/**
 * A segment and the entries in it.
 *
 * @param segmentId the number of the segment
 * @param firstEntryId the id of its first entry
 * @param lastEntryId the id of its last entry, {@code firstEntryId - 1} if it has none
 * @param file its file, relative to the directory
 */
public record SegmentRange(long segmentId, long firstEntryId, long lastEntryId, String file) {}
