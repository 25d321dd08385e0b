package dev.durability.archive;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far archiving has come.
 *
 * @param timeline the timeline that is written, empty before the first step
 * @param archivedEntryId the last entry that is archived, 0 if there is none
 * @param bytesBehind how many bytes waited when the archiver last looked
 * @param behind the time since the start of the last look after which all was archived: what is
 *     lost with the machine is at most what the log wrote in that time
 * @param objects how many objects were stored by this archiver
 * @param bytes how many bytes they have
 * @param failure why the last step failed, null if it did not
 */
public record ArchiveStatus(
    String timeline,
    long archivedEntryId,
    long bytesBehind,
    Duration behind,
    long objects,
    long bytes,
    @Nullable Throwable failure) {}
