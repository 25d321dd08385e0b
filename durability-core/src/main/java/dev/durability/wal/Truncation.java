package dev.durability.wal;

import dev.durability.append.EntryLookup;
import dev.durability.append.Marker;
import dev.durability.append.SegmentAppender;
import dev.durability.commit.GroupCommit;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.frame.CheckpointFile;
import dev.durability.frame.FrameFormat;
import dev.durability.log.LogHold;
import dev.durability.log.MarkerPosition;
import dev.durability.log.SegmentRange;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.LogFiles;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.threads.LockHold;
import dev.durability.threads.StackRoom;
import dev.durability.threads.StackSafeLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Says in the log what a checkpoint covers, and shortens the log at either end. Segments are
 * removed from the front, once a durable marker says what covers them. The end is cut off, or the
 * log begun anew, by a segment that says so; nothing is removed for that. One thread at a time;
 * giving up the log's lock waits for it.
 */
final class Truncation {
  private final OpenLog log;
  private final Directory directory;
  private final Clock clock;
  private final UUID logId;
  private final long recoveredCoveredId;
  private final Notices notices;
  private final SegmentAppender appender;
  private final GroupCommit commits;
  private final EntryAppender<?> entries;
  private final EntryLookup lookup;
  private final StackSafeLock lock = new StackSafeLock();

  /** Held while the end is cut off, and while a checkpoint is published. */
  private final StackSafeLock endLock = new StackSafeLock();

  Truncation(OpenLog log, EntryAppender<?> entries) {
    this.log = log;
    this.directory = log.directory;
    this.clock = log.clock;
    this.logId = log.start.logId();
    this.recoveredCoveredId = log.start.report().covered();
    this.notices = log.notices;
    this.appender = log.appender;
    this.commits = log.commits;
    this.entries = entries;
    this.lookup = log.lookup;
    commits.leavingDependentsWhile(this::isHeld);
  }

  /**
   * Throws if the log waits for this thread: in a callback, and also in one of the thread that
   * removes segments. That one asks the observer, which must find the log as it was.
   */
  void refuseWithin() {
    log.refuseWithinCallback();
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "this thread is truncating this log, and would wait for itself: return from the"
              + " observer first");
    }
  }

  /** Whether others may wait for this thread: what depends on a future could wait for them. */
  private boolean isHeld() {
    return endLock.isHeldByCurrentThread() || lock.isHeldByCurrentThread();
  }

  /** Gives up the log's lock: segments are removed only while that is held. */
  void giveUp(DirectoryLock directoryLock) throws IOException {
    lock.lock();
    try {
      directoryLock.close();
    } finally {
      lock.unlock();
    }
  }

  /** Keeps the end of the log from being cut off until what is returned is closed. */
  Closeable holdEnd() {
    refuseWithin();
    return LockHold.take(endLock);
  }

  /** Appends a marker, while the end stays; see {@link WalWriter#appendCheckpoint}. */
  MarkerPosition appendCheckpoint(long coveredId, String path) throws IOException {
    refuseWithin();
    endLock.lock();
    try {
      return appendMarker(coveredId, path);
    } finally {
      endLock.unlock();
    }
  }

  /** Only what is covered by such a marker may be removed. */
  private MarkerPosition appendMarker(long coveredId, String path) throws IOException {
    byte[] pathBytes = path.getBytes(StandardCharsets.UTF_8);
    if (pathBytes.length > FrameFormat.CHECKPOINT_PATH_BYTES_MAX) {
      throw new IllegalArgumentException("the path of the checkpoint is too long: " + path);
    }
    long durableId = appender.durableId();
    if (coveredId < 0 || coveredId > durableId) {
      throw new IllegalArgumentException(
          "a checkpoint cannot cover entry "
              + coveredId
              + ": the log is durable up to entry "
              + durableId);
    }
    if (!path.isEmpty()) {
      if (!directory.exists(path)) {
        throw new NoSuchFileException(
            path,
            null,
            "the log must not name a checkpoint that is not there; nothing was appended");
      }
      directory.sync(Directory.parentOf(path));
    }
    return entries.appendCheckpoint(new Marker(coveredId, path), pathBytes);
  }

  /** Unless a marker covers an entry, appends one without a path. */
  private void cover(long throughId) throws IOException {
    if (coveredId() < throughId) {
      MarkerPosition unused = appendMarker(throughId, "");
    }
  }

  /** The last entry that a marker of this writer covers, or that it was begun anew after. */
  private long coveredId() {
    long unused = StackRoom.prove();
    commits.lock().lock();
    try {
      return entries.coveredId();
    } finally {
      commits.lock().unlock();
    }
  }

  /** Cuts off what follows an entry; see {@link WalWriter#truncateAfter}. */
  void after(long lastId) throws IOException {
    refuseWithin();
    if (lastId < 0 || lastId > FrameFormat.ENTRY_ID_MAX) {
      throw new IllegalArgumentException("no log ends at entry " + lastId);
    }
    startOver(lastId + 1, false);
  }

  /** Begins the log anew at an entry; see {@link WalWriter#restartAt}. */
  void restartAt(long firstEntryId) throws IOException {
    refuseWithin();
    if (firstEntryId < 1 || firstEntryId > FrameFormat.ENTRY_ID_MAX) {
      throw new IllegalArgumentException("entry ids are 1 to 2^63-2, not " + firstEntryId);
    }
    startOver(firstEntryId, true);
  }

  private void startOver(long firstEntryId, boolean isCovered) throws IOException {
    if (endLock.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "called while this thread publishes a checkpoint of this log: return from writing it"
              + " first");
    }
    int holds = commits.lock().getHoldCount();
    endLock.lock();
    try {
      lock.lock();
      try {
        refuseIfDone();
        refuseBelowCovered(firstEntryId - 1);
        entries.startOver(firstEntryId, isCovered);
      } finally {
        lock.unlock();
      }
    } catch (Error e) {
      commits.lock().unlockDownTo(holds);
      throw e;
    } finally {
      endLock.unlock();
    }
  }

  /** A log that ends before what its checkpoint contains is damaged. */
  private void refuseBelowCovered(long lastId) throws IOException {
    long covered = Math.max(recoveredCoveredId, coveredId());
    for (long id : CheckpointName.list(directory)) {
      if (id > Math.max(covered, lastId)
          && CheckpointFile.isValid(directory, CheckpointName.path(id), logId, id)) {
        covered = id;
      }
    }
    if (lastId < covered) {
      throw new IllegalArgumentException(
          "the log cannot end at entry "
              + lastId
              + ": a checkpoint covers it up to entry "
              + covered
              + ". Nothing was cut off. Recover the log up to entry "
              + lastId
              + " into another directory instead");
    }
  }

  /** Removes the segments that lie wholly at or below an entry; see {@link WalWriter#truncate}. */
  List<SegmentRange> through(long throughId) throws IOException {
    refuseWithin();
    long durableId = appender.durableId();
    if (throughId > durableId) {
      throw new IllegalArgumentException(
          "cannot truncate through entry "
              + throughId
              + ": the log is durable up to entry "
              + durableId);
    }
    int holds = commits.lock().getHoldCount();
    lock.lock();
    try {
      List<SegmentRange> doomed =
          appender.ended().stream().filter(s -> s.lastEntryId() <= throughId).toList();
      refuseIfDone();
      if (doomed.isEmpty()) {
        return List.of();
      }
      cover(throughId);
      refuseIfDone(); // Closing waits for this lock, so the log is still ours.
      return remove(doomed);
    } catch (Error e) {
      commits.lock().unlockDownTo(holds);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private void refuseIfDone() throws DurabilityException {
    long unused = StackRoom.prove();
    commits.lock().lock();
    try {
      commits.refuseIfDone();
    } finally {
      commits.lock().unlock();
    }
  }

  /**
   * Removes segments, oldest first, up to the first that the observer or a hold keeps: a log has no
   * holes.
   *
   * @return those that were removed, durably
   */
  private List<SegmentRange> remove(List<SegmentRange> doomed) throws IOException {
    requireLock();
    List<SegmentRange> removed = new ArrayList<>();
    IOException failure = null;
    Instant now = clock.instant();
    List<LogHold> holds = WalHolds.list(directory, now);
    for (SegmentRange segment : doomed) {
      List<LogHold> keeping = holds.stream().filter(hold -> hold.keeps(segment, now)).toList();
      if (!keeping.isEmpty()) {
        notices.onHeldBack(keeping);
        break;
      }
      if (!notices.mayRemove(segment)) {
        break;
      }
      try {
        delete(segment);
      } catch (IOException e) {
        failure = e;
        break;
      }
      boolean unused = appender.ended().remove(segment);
      removed.add(segment);
    }
    if (!removed.isEmpty()) {
      syncRemoval(failure);
      removed.forEach(lookup::forget);
      notices.onTruncate(List.copyOf(removed));
    }
    if (failure != null) {
      throw failure;
    }
    return removed;
  }

  /** Another writer that took the log may need what this one does not. */
  private void requireLock() throws IOException {
    try {
      appender.lock().require();
    } catch (IOException e) {
      commits.poison(e);
      throw e;
    }
  }

  private void delete(SegmentRange segment) throws IOException {
    try {
      directory.delete(segment.file());
    } catch (NoSuchFileException gone) {
      // An attempt that failed had its effect nevertheless.
      if (directory.exists(segment.file())) {
        throw gone;
      }
    }
  }

  /** As with any sync: after one that failed, a later one proves nothing. */
  private void syncRemoval(@Nullable IOException earlier) throws WriterPoisonedException {
    try {
      directory.sync(LogFiles.SEGMENTS);
    } catch (IOException e) {
      Throwable poison = e; // If an Error keeps it from being put into words.
      try {
        WriterPoisonedException failure =
            new WriterPoisonedException(
                "syncing the directory "
                    + LogFiles.SEGMENTS
                    + " after removing segments failed; close the writer and open the log again",
                e);
        if (earlier != null) {
          failure.addSuppressed(earlier);
        }
        poison = failure;
        throw failure;
      } finally {
        commits.poison(poison);
      }
    } catch (RuntimeException | Error e) { // Says no more of what is durable than a failure.
      commits.poison(e);
      throw e;
    }
  }
}
