package dev.durability.log;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that a log knows of. Whether it is there and whole is not said.
 *
 * @param lastEntryId the last entry that it contains
 * @param path its path, relative to the log's directory; empty if it is kept elsewhere
 * @param logId the log, or null where no segment tells it
 */
public record CheckpointReference(long lastEntryId, String path, @Nullable UUID logId) {}
