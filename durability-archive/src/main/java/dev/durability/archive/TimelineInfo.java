package dev.durability.archive;

import java.time.Instant;

/**
 * A timeline of an archive: a log, from where it began to be archived, or to go on after it was
 * restored.
 *
 * @param id its name; they sort by when they were begun
 * @param parent the timeline and the entry that it was restored from, empty if none is known
 * @param firstEntryId the first entry of its oldest segment, 0 if nothing is archived
 * @param lastEntryId the last entry that is archived
 * @param lastTime the last time in the log that is archived
 * @param segments how many segments it has
 * @param checkpoints how many checkpoints
 * @param bytes how many bytes all of them have
 */
public record TimelineInfo(
    String id,
    String parent,
    long firstEntryId,
    long lastEntryId,
    Instant lastTime,
    int segments,
    int checkpoints,
    long bytes) {}
