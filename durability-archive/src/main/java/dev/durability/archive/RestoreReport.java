package dev.durability.archive;

import dev.durability.log.LogReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was restored.
 *
 * @param timeline the timeline that it is from
 * @param lastEntryId the last entry of the restored log
 * @param segments how many segments it has
 * @param checkpoint the checkpoint that it starts from, null if it has none
 * @param bytes how many bytes were read
 * @param report what reading the restored log to its end found
 * @param notes what had to be gone around, for a person to read
 */
public record RestoreReport(
    String timeline,
    long lastEntryId,
    int segments,
    @Nullable String checkpoint,
    long bytes,
    LogReport report,
    List<String> notes) {}
