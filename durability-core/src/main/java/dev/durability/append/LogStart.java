package dev.durability.append;

import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import java.util.List;
import java.util.UUID;

/**
 * Where writing starts in a log that was brought into order.
 *
 * @param logId the log
 * @param plan the segment to write next
 * @param older the segments before it
 * @param lastStampMicros the last wall clock in the log
 */
public record LogStart(
    UUID logId, SegmentPlan plan, List<SegmentName> older, long lastStampMicros) {}
