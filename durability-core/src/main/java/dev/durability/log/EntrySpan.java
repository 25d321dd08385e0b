package dev.durability.log;

/**
 * Entries that follow one another.
 *
 * @param firstEntryId the first of them
 * @param lastEntryId the last of them, less than {@code firstEntryId} if there is none; {@code
 *     Long.MAX_VALUE} if they go on to the end of the log
 */
public record EntrySpan(long firstEntryId, long lastEntryId) {}
