package dev.durability.log;

import java.time.Instant;

/**
 * Entries whose time is unknown: the wall clock went back. Time in a log never does, so all of them
 * carry the last time before that.
 *
 * @param afterEntryId the entry before the first of them
 * @param throughEntryId the last of them
 * @param stamp the time that all of them carry; they may have been written at any time before it
 */
public record ClockStandstill(long afterEntryId, long throughEntryId, Instant stamp) {}
