package dev.durability.log;

import java.util.List;

/**
 * What a log tells of an instant.
 *
 * @param lastEntryId the largest entry id that a header or mark of that time or before promises
 * @param standstills where the log's time stood still after that entry, at a time after the
 *     instant, in order, at most the first 100: these entries may have been durable at the instant
 *     too
 */
public record EntryAtInstant(long lastEntryId, List<ClockStandstill> standstills) {}
