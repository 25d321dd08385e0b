package dev.durability.checkpoint;

import dev.durability.errors.CorruptLogException;
import dev.durability.log.CheckpointReference;
import dev.durability.log.LogHold;
import dev.durability.log.MarkerPosition;
import dev.durability.storage.Directory;
import dev.durability.threads.StackSafeLock;
import dev.durability.threads.Thrown;
import dev.durability.wal.WalHolds;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Publishes checkpoints of a log and truncates it, so that a crash at any moment leaves a log that
 * can be recovered:
 *
 * <ol>
 *   <li>the log is synced up to what the checkpoint covers,
 *   <li>the checkpoint is made durable, its name included,
 *   <li>a marker that names it is made durable in the log, before the first entry of a segment,
 *   <li>only then are older checkpoints deleted, and segments that lie wholly at or below the
 *       oldest checkpoint that is kept, unless the log's observer or a hold ({@link WalHolds})
 *       keeps them.
 * </ol>
 *
 * <p>Nothing is removed until there are as many checkpoints as are to be kept. If the newest turns
 * out to be damaged, recovery falls back to the one before, or to the log alone.
 *
 * <p>Many threads may use it. Two publishes at once run one after the other. Use one publisher per
 * log.
 */
public final class CheckpointPublisher {
  private final Directory directory;
  private final Clock clock;
  private final Checkpoints checkpoints;
  private final WalWriter<?> log;
  private final int kept;
  private final StackSafeLock publishing = new StackSafeLock();

  /** Whether the log was found in the directory. With the lock. */
  private boolean isAtLog;

  private CheckpointPublisher(Directory directory, Clock clock, WalWriter<?> log, int kept) {
    this.directory = directory;
    this.clock = clock;
    this.checkpoints = Checkpoints.in(directory, clock);
    this.log = log;
    this.kept = kept;
  }

  /**
   * Returns a publisher that keeps the two newest checkpoints.
   *
   * @param directory where the log and its checkpoints are: the one that the log was opened with
   * @param clock tells when a checkpoint is made, and whether a hold has expired
   * @param log the open log, of any type of entries
   * @return the publisher
   */
  public static CheckpointPublisher of(Directory directory, Clock clock, WalWriter<?> log) {
    return new CheckpointPublisher(directory, clock, log, 2);
  }

  /**
   * Returns a publisher that keeps another number of checkpoints.
   *
   * @param count how many to keep, at least 1
   * @return the publisher
   */
  public CheckpointPublisher keeping(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("cannot keep " + count + " checkpoints: keep at least 1");
    }
    return new CheckpointPublisher(directory, clock, log, count);
  }

  /**
   * Publishes a checkpoint and truncates the log.
   *
   * @param lastEntryId the last entry that the checkpoint contains; of an atomic batch, the last
   *     one
   * @param content writes it
   * @return what was done; all of it is durable
   * @throws IllegalArgumentException if the entry is negative or was not appended yet, or the log
   *     is not in the directory of the publisher; nothing was done
   * @throws dev.durability.errors.DurabilityException if the log is closed or poisoned; nothing was
   *     done
   * @throws IOException if a step fails. The log is whole and can be recovered; the checkpoint and
   *     its marker may be there or not, and publishing can be retried
   * @throws IllegalStateException if this thread is already publishing, for example if the content
   *     calls this; nothing was done
   */
  public PublishResult publish(long lastEntryId, Checkpoints.Content content) throws IOException {
    return publish(null, lastEntryId, content);
  }

  /**
   * As {@link #publish(long, Checkpoints.Content)}, under another path than the default one. The
   * marker names it, so that recovery finds it. It counts as one that is kept, but the publisher
   * never deletes it: delete it when the log does not need it any more. To use paths in turn, take
   * at least one more than checkpoints are kept.
   *
   * @param path where the checkpoint goes, relative to the log's directory
   * @param lastEntryId the last entry that it contains; of an atomic batch, the last one
   * @param content writes it
   * @return what was done; all of it is durable
   * @throws IllegalArgumentException as the other method; or as {@link Checkpoints#write(String,
   *     java.util.UUID, long, Checkpoints.Content)}: the log still needs what is there
   * @throws IOException as the other method
   */
  public PublishResult publishTo(String path, long lastEntryId, Checkpoints.Content content)
      throws IOException {
    return publish(Objects.requireNonNull(path, "path"), lastEntryId, content);
  }

  private PublishResult publish(
      @Nullable String path, long lastEntryId, Checkpoints.Content content) throws IOException {
    if (publishing.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "this thread is publishing a checkpoint of this log already: return from writing it"
              + " first");
    }
    publishing.lock();
    try {
      return publishUncut(path, lastEntryId, content);
    } finally {
      publishing.unlock();
    }
  }

  /** The log must not end before what the checkpoint contains. */
  private PublishResult publishUncut(
      @Nullable String path, long lastEntryId, Checkpoints.Content content) throws IOException {
    Closeable end = log.holdEnd();
    try (end) {
      return publishHeld(path, lastEntryId, content);
    } catch (Error e) {
      end.close(); // If it came before the end was let go.
      throw e;
    }
  }

  private PublishResult publishHeld(
      @Nullable String chosen, long lastEntryId, Checkpoints.Content content) throws IOException {
    if (lastEntryId < 0 || lastEntryId > log.lastAppendedId()) {
      throw new IllegalArgumentException(
          "a checkpoint cannot contain entry "
              + lastEntryId
              + ": the log ends at entry "
              + log.lastAppendedId());
    }
    // Also refuses if the log is closed: another writer may own it by now, so no checkpoint may
    // be added.
    long start = System.nanoTime();
    log.sync();
    refuseOtherDirectory();
    SizedContent sized = new SizedContent(content);
    String path = chosen;
    if (path == null) {
      path = checkpoints.write(log.logId(), lastEntryId, sized);
    } else {
      long unused = checkpoints.write(path, log.logId(), lastEntryId, sized);
    }
    MarkerPosition marker = log.appendCheckpoint(lastEntryId, path);
    tell(path, lastEntryId, sized.bytes(), System.nanoTime() - start);
    return removeOld(path, lastEntryId, marker);
  }

  /**
   * The log would not find a checkpoint elsewhere. There, it might be taken for one of another log.
   */
  private void refuseOtherDirectory() throws IOException {
    if (isAtLog) {
      return;
    }
    UUID found;
    try {
      found = WalMaintenance.logId(directory);
    } catch (NoSuchFileException | CorruptLogException noLog) {
      throw otherDirectory("has no log", noLog);
    }
    if (found != null && !found.equals(log.logId())) {
      throw otherDirectory("has the log " + found, null);
    }
    isAtLog = true;
  }

  private IllegalArgumentException otherDirectory(String what, @Nullable IOException cause) {
    return new IllegalArgumentException(
        "the directory of the publisher "
            + what
            + ", and the log to publish for is "
            + log.logId()
            + ": give the publisher the directory that the log was opened with. Nothing was"
            + " published",
        cause);
  }

  /** What the observer throws takes nothing back: the checkpoint is published. */
  private void tell(String path, long lastEntryId, long bytes, long durationNanos) {
    try {
      log.observer().onCheckpoint(path, lastEntryId, bytes, durationNanos);
    } catch (Throwable e) {
      Thrown.report(e);
    }
  }

  private PublishResult removeOld(String path, long lastEntryId, MarkerPosition marker)
      throws IOException {
    List<CheckpointReference> published =
        (path.equals(Checkpoints.pathOf(lastEntryId)) ? underDefaultNames() : known())
            .stream().filter(each -> each.lastEntryId() <= lastEntryId).toList();
    if (published.size() < kept) {
      return new PublishResult(path, lastEntryId, marker, List.of(), List.of());
    }
    List<String> removed = new ArrayList<>();
    // The oldest first, so that the newest are left after a failure.
    for (int i = published.size() - 1; i >= kept; i--) {
      String oldPath = published.get(i).path();
      long oldId = published.get(i).lastEntryId();
      if (oldPath.equals(Checkpoints.pathOf(oldId)) && mayRemove(oldPath, oldId)) {
        checkpoints.delete(oldPath);
        removed.add(oldPath);
      }
    }
    return new PublishResult(
        path,
        lastEntryId,
        marker,
        List.copyOf(removed),
        log.truncate(published.get(kept - 1).lastEntryId()));
  }

  /** Whoever cannot answer has not agreed. */
  private boolean mayRemove(String path, long lastEntryId) throws IOException {
    Instant now = clock.instant();
    List<LogHold> keeping =
        WalHolds.list(directory, now).stream()
            .filter(hold -> hold.keepsCheckpoint(lastEntryId, now))
            .toList();
    try {
      if (!keeping.isEmpty()) {
        log.observer().onHeldBack(keeping);
        return false;
      }
      return log.observer().mayRemoveCheckpoint(path, lastEntryId);
    } catch (Throwable e) {
      Thrown.report(e);
      return false;
    }
  }

  private List<CheckpointReference> underDefaultNames() throws IOException {
    return checkpoints.list().stream()
        .map(id -> new CheckpointReference(id, Checkpoints.pathOf(id), log.logId()))
        .toList();
  }

  /** All that the log knows of and that are there: one that is gone keeps nothing safe. */
  private List<CheckpointReference> known() throws IOException {
    List<CheckpointReference> there = new ArrayList<>();
    for (CheckpointReference each : WalMaintenance.checkpoints(directory)) {
      if (!each.path().isEmpty() && isThere(each)) {
        there.add(each);
      }
    }
    return there;
  }

  private boolean isThere(CheckpointReference wanted) throws IOException {
    try {
      return checkpoints.reference(wanted.path()).equals(wanted);
    } catch (NoSuchFileException | CorruptLogException unusable) {
      return false;
    }
  }
}
