package dev.durability.archive;

import dev.durability.log.LogReport;

/**
 * What a backup into a directory holds.
 *
 * @param lastEntryId the last entry
 * @param segments how many segments were copied
 * @param checkpoints how many checkpoints were copied
 * @param bytes how many bytes
 * @param report what reading the copy to its end found
 */
public record BackupReport(
    long lastEntryId, int segments, int checkpoints, long bytes, LogReport report) {}
