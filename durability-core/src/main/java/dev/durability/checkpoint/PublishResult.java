package dev.durability.checkpoint;

import dev.durability.log.MarkerPosition;
import dev.durability.log.SegmentRange;
import java.util.List;

/**
 * What publishing a checkpoint did. All of it is durable.
 *
 * @param path the checkpoint, relative to the log's directory
 * @param lastEntryId the last entry that it contains
 * @param marker where the log says so
 * @param removedCheckpoints the older checkpoints that were deleted, oldest first
 * @param removedSegments the segments that were removed from the log, oldest first
 */
public record PublishResult(
    String path,
    long lastEntryId,
    MarkerPosition marker,
    List<String> removedCheckpoints,
    List<SegmentRange> removedSegments) {}
