package dev.durability.log;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that a log knows of. It may be missing or damaged.
 *
 * @param lastEntryId the last entry that it contains
 * @param path its path, relative to the log's directory; empty if it is kept elsewhere
 * @param logId the log, or null if no segment tells it
 */
public record CheckpointReference(long lastEntryId, String path, @Nullable UUID logId) {}
