package dev.durability.archive;

/**
 * A checkpoint in the archive.
 *
 * @param lastEntryId the last entry that it contains
 * @param salt tells it from another one with the same name
 * @param archivedMicros when it was archived
 * @param path its path in the log's directory
 * @param object its bytes
 */
record ArchivedCheckpoint(
    long lastEntryId, int salt, long archivedMicros, String path, ArchivedPart object) {}
