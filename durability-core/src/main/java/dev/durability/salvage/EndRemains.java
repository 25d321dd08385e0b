package dev.durability.salvage;

import dev.durability.log.LogReport;

/**
 * What follows the last whole frame of a log, and is no frame: a crash leaves that, and so does a
 * file that was cut short or overwritten. Nothing that is left promises that entries were there.
 *
 * @param at where it begins
 * @param lastEntryId the last entry before it
 * @param bytes how many bytes it has, up to the last one that is not zero
 * @param isEnded whether the log was closed before it, so that something else wrote it, or a crash
 *     kept an opening from cutting it off
 */
public record EndRemains(LogReport.Position at, long lastEntryId, long bytes, boolean isEnded) {}
