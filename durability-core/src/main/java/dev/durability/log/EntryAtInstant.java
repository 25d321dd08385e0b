package dev.durability.log;

import java.util.List;

/**
 * What a log says about an instant.
 *
 * @param lastEntryId the largest entry id that a header or mark of that time or before promises
 * @param standstills where the log's time stood still later, after the instant, in order, at most a
 *     hundred: these entries may have been durable at the instant, too
 */
public record EntryAtInstant(long lastEntryId, List<ClockStandstill> standstills) {}
