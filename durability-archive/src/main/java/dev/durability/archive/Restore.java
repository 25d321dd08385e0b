package dev.durability.archive;

import dev.durability.errors.DurabilityException;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a log back from an archive, as it was at the newest moment that is archived, at an
 * instant, or after an entry. Immutable; each method returns a changed copy.
 *
 * <p>What is brought back is what recovery needs: the newest checkpoint that fits, and the segments
 * from it on, byte by byte, cut after the last entry that was asked for. Each object is checked by
 * its hash on the way. At the end the restored log is read to its verdict.
 *
 * <p><b>An instant</b> is meant as {@link dev.durability.wal.WalMaintenance#lastEntryAt} defines
 * it: what the log's marks prove to have been durable then, never later.
 *
 * <p><b>Damage.</b> A damaged or missing checkpoint is gone around, if an older one and the
 * segments after it are there; {@link RestoreReport#notes} says so. A segment that is needed and
 * damaged is refused.
 *
 * <p><b>If it fails</b>, or the process is killed, the directory has a part of a log. Segments are
 * written from the newest to the oldest, after the checkpoint. So a log that is not whole is
 * refused by whoever opens it, unless it has no segment at all. Empty the directory and try again.
 */
public final class Restore {
  private final ArchiveStore store;
  private final @Nullable String timeline;
  private final @Nullable Instant instant;
  private final long entryId;
  private final Progress progress;

  private Restore(
      ArchiveStore store,
      @Nullable String timeline,
      @Nullable Instant instant,
      long entryId,
      Progress progress) {
    this.store = store;
    this.timeline = timeline;
    this.instant = instant;
    this.entryId = entryId;
    this.progress = progress;
  }

  /**
   * Returns what restores the newest moment of the timeline that was begun last.
   *
   * @param store where the archive is
   * @return the restore
   */
  public static Restore from(ArchiveStore store) {
    return new Restore(store, null, null, -1, Progress.NONE);
  }

  /**
   * Chooses a timeline.
   *
   * @param id one that {@link Archive#timelines} lists
   * @return the changed restore
   */
  public Restore timeline(String id) {
    return new Restore(store, id, instant, entryId, progress);
  }

  /**
   * Restores to an instant.
   *
   * @param moment the instant
   * @return the changed restore
   */
  public Restore toInstant(Instant moment) {
    return new Restore(store, timeline, moment, -1, progress);
  }

  /**
   * Restores to an entry. An atomic batch that goes beyond it is left out completely.
   *
   * @param lastEntryId the last entry that the restored log may have
   * @return the changed restore
   */
  public Restore toEntry(long lastEntryId) {
    if (lastEntryId < 0) {
      throw new IllegalArgumentException("there is no entry " + lastEntryId);
    }
    return new Restore(store, timeline, null, lastEntryId, progress);
  }

  /**
   * Tells how far it has come.
   *
   * @param listener is told, by the bytes that are read from the store
   * @return the changed restore
   */
  public Restore progress(Progress listener) {
    return new Restore(store, timeline, instant, entryId, listener);
  }

  /**
   * Restores. When this returns, the log is there, durable, and was read to its verdict.
   *
   * @param target an empty directory
   * @return what was restored
   * @throws java.nio.file.FileAlreadyExistsException if the directory is not empty; nothing was
   *     changed
   * @throws NoSuchFileException if there is no archive, or no such timeline
   * @throws DamagedArchiveException if an object that is needed is damaged or missing
   * @throws DurabilityException if the archive does not hold that moment
   * @throws IOException if the store or the directory fails
   */
  public RestoreReport into(Directory target) throws IOException {
    Targets.requireEmpty(target);
    var unused = Timeline.logOf(store);
    List<String> timelines = Timeline.list(store);
    String chosen = timeline;
    if (chosen == null && !timelines.isEmpty()) {
      chosen = timelines.get(timelines.size() - 1);
    }
    if (chosen == null || !timelines.contains(chosen)) {
      throw new NoSuchFileException(
          store.location(),
          null,
          chosen == null ? "the archive has no timeline yet" : "there is no timeline " + chosen);
    }
    Timeline from = new Timeline(store, chosen);
    RestoreRun run = new RestoreRun(store, from, from.load(), target, progress);
    if (timelines.size() > 1 && timeline == null) {
      run.note(
          "the archive has "
              + timelines.size()
              + " timelines; this is "
              + chosen
              + ", which was begun last");
    }
    return run.restore(plan(run.state()));
  }

  private RestorePlan plan(ArchiveState state) throws DurabilityException {
    if (instant != null) {
      return RestorePlan.toInstant(state, instant);
    }
    return entryId >= 0 ? RestorePlan.toEntry(state, entryId) : RestorePlan.newest(state);
  }
}
