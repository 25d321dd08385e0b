package dev.durability.cli;

import dev.durability.errors.FormatException;
import dev.durability.log.CheckpointReference;
import dev.durability.log.LogReport;
import dev.durability.log.SchemaRange;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.LockHolding;
import dev.durability.storage.QuarantinedFile;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All that a log says of itself. What is damaged does not keep the rest from being told.
 *
 * @param name the log, as it was given
 * @param logId the log's id; null if no segment tells it
 * @param report the verdict; null if a segment of another version keeps it from being found
 * @param found what is intact and what is missing, also after damage; null if nothing is damaged,
 *     or a program has the log open that is not CORRUPT
 * @param unjudged why there is no verdict; empty if there is one
 * @param firstEntryId the first entry of the log
 * @param contents its segments and entries
 * @param checkpoints the checkpoints, the one that contains most first
 * @param schemas how entries are encoded
 * @param kept what openings cut off
 * @param holds which programs keep segments and checkpoints from being removed
 * @param holder who noted that it holds the lock; null if nobody did, or the note is a copy, or it
 *     is on a store
 * @param isLockReleased whether the last writer gave its lock up; false if it is on a store
 * @param isLocal whether it is in a directory of this machine
 * @param outlook the room on its disk; null if it is on a store
 */
record LogLook(
    String name,
    @Nullable UUID logId,
    @Nullable LogReport report,
    @Nullable SalvageLook found,
    String unjudged,
    long firstEntryId,
    LogContents contents,
    List<CheckpointLook> checkpoints,
    List<SchemaRange> schemas,
    List<QuarantinedFile> kept,
    List<HoldLook> holds,
    @Nullable LockHolding holder,
    boolean isLockReleased,
    boolean isLocal,
    @Nullable DiskOutlook outlook) {

  /**
   * Looks at a log.
   *
   * @param log its directory, through which all is read
   * @param path where that is on this machine; null if it is on a store
   * @param now the present time
   * @throws IOException if there is no log, or it cannot be read
   */
  static LogLook at(String name, Directory log, @Nullable Path path, Instant now)
      throws IOException {
    LogReport report = null;
    String unjudged = "";
    try {
      report = WalMaintenance.verify(log);
    } catch (FormatException otherVersion) {
      unjudged = String.valueOf(otherVersion.getMessage());
    }
    boolean isCorrupt = report != null && report.verdict() == Verdict.CORRUPT;
    LockHolding holder = path == null ? null : LockLook.holder(path);
    boolean isIdle = holder == null || holder.state() == LockHolding.State.ENDED;
    LogContents contents = survey(log, Set.of());
    boolean isDamaged = isCorrupt || (isIdle && contents.isDamagedBeforeTheLast());
    SalvageLook found = report != null && isDamaged ? SalvageLook.at(log) : null;
    if (found != null && !found.filesLeftOut().isEmpty()) {
      contents = survey(log, found.filesLeftOut());
    }
    boolean isKnown = report != null;
    return new LogLook(
        name,
        isKnown ? WalMaintenance.logId(log) : null,
        report,
        found,
        unjudged,
        isKnown
            ? WalMaintenance.firstEntryId(log)
            : contents.segments().get(0).info().firstEntryId(),
        contents,
        report == null ? List.of() : checkpoints(log, report.covered()),
        isKnown ? WalMaintenance.schemas(log) : List.of(),
        WalMaintenance.quarantined(log),
        HoldLook.list(log, now),
        holder,
        path != null && LockLook.isReleased(path),
        path != null,
        path == null ? null : outlook(path, contents.hours(), now));
  }

  private static LogContents survey(Directory log, Set<String> leftOut) throws IOException {
    LogContents contents = new LogContents(leftOut);
    WalMaintenance.survey(log, contents);
    return contents;
  }

  /** Whether it can be opened, although a part is damaged that opening does not read. */
  boolean isDamagedAndOpens() {
    return report != null
        && report.verdict() != Verdict.CORRUPT
        && contents.isDamagedBeforeTheLast();
  }

  private static List<CheckpointLook> checkpoints(Directory log, long covered) throws IOException {
    List<CheckpointLook> all = new ArrayList<>();
    for (CheckpointReference known : WalMaintenance.checkpoints(log)) {
      all.add(CheckpointLook.at(log, known, covered));
    }
    return all;
  }

  static DiskOutlook outlook(Path path, EntryHours hours, Instant now) throws IOException {
    FileStore disk = Files.getFileStore(path);
    return DiskOutlook.of(disk.getUsableSpace(), disk.getTotalSpace(), hours, now);
  }
}
