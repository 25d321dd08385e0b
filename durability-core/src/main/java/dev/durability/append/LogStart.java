package dev.durability.append;

import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.segment.SegmentPlan;
import java.util.List;
import java.util.UUID;

/**
 * A log that was brought into order: what was found, and where writing starts.
 *
 * @param report what was found
 * @param logId the log
 * @param plan the segment to write next
 * @param older the segments before it
 * @param lastStampMicros the last wall clock in the log
 */
public record LogStart(
    LogReport report,
    UUID logId,
    SegmentPlan plan,
    List<SegmentRange> older,
    long lastStampMicros) {}
