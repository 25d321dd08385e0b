package dev.durability.wal;

import dev.durability.append.SegmentAppender;
import dev.durability.commit.GroupCommit;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.SegmentRange;
import dev.durability.segment.LogFiles;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.threads.StackRoom;
import dev.durability.threads.StackSafeLock;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes segments from the front of the log, once a durable marker says what covers them. One
 * thread at a time; giving up the log's lock waits for it.
 */
final class Truncation {
  private final Directory directory;
  private final Notices notices;
  private final SegmentAppender appender;
  private final GroupCommit commits;
  private final CheckpointMarker marker;
  private final StackSafeLock lock = new StackSafeLock();

  Truncation(
      Directory directory,
      Notices notices,
      SegmentAppender appender,
      GroupCommit commits,
      CheckpointMarker marker) {
    this.directory = directory;
    this.notices = notices;
    this.appender = appender;
    this.commits = commits;
    this.marker = marker;
  }

  /** The thread that removes segments asks the observer, which must find the log as it was. */
  void refuseWithin() {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "this thread is truncating this log, and would wait for itself: return from the"
              + " observer first");
    }
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

  /** Removes the segments that lie wholly at or below an entry; see {@link WalWriter#truncate}. */
  List<SegmentRange> through(long throughId) throws IOException {
    if (throughId > commits.durableId()) {
      throw new IllegalArgumentException(
          "cannot truncate through entry "
              + throughId
              + ": the log is durable up to entry "
              + commits.durableId());
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
      marker.cover(throughId);
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
   * Removes segments, oldest first, up to the first that the observer keeps: a log has no holes.
   *
   * @return those that were removed, durably
   */
  private List<SegmentRange> remove(List<SegmentRange> doomed) throws IOException {
    requireLock();
    List<SegmentRange> removed = new ArrayList<>();
    IOException failure = null;
    for (SegmentRange segment : doomed) {
      if (!notices.mayRemove(segment)) {
        break;
      }
      try {
        delete(segment);
      } catch (IOException e) {
        failure = e;
        break;
      }
      appender.forget(segment);
      removed.add(segment);
    }
    if (!removed.isEmpty()) {
      syncRemoval(failure);
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
