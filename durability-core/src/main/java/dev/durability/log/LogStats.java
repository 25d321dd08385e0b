package dev.durability.log;

import org.jspecify.annotations.Nullable;

/**
 * What an open log did since it was opened, and where it stands, at one moment. After the log was
 * closed, these are the last numbers.
 *
 * @param appendedEntries how many entries were appended
 * @param appendedBytes how many bytes of frames were appended, those of markers included
 * @param writtenBytes how many bytes of entries were written to segments
 * @param syncs how many syncs made entries durable
 * @param syncNanos how long those syncs took in total, in nanoseconds
 * @param rotations how many segments ended
 * @param segments how many segments there are
 * @param appendedId the last entry that was appended, 0 if there is none
 * @param durableId the last entry that survives power loss, 0 if there is none
 * @param pendingAppends how many entries and markers were appended and are not durable yet
 * @param waiting how many threads and futures wait for the round of group commit that comes next
 * @param poison what poisoned the log; null if nothing did. Only opening it again helps
 */
public record LogStats(
    long appendedEntries,
    long appendedBytes,
    long writtenBytes,
    long syncs,
    long syncNanos,
    long rotations,
    int segments,
    long appendedId,
    long durableId,
    long pendingAppends,
    int waiting,
    @Nullable Throwable poison) {}
