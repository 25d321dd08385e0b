package dev.durability.wal;

import dev.durability.append.SegmentAppender;
import dev.durability.commit.GroupCommit;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.SegmentRange;
import dev.durability.segment.LogFiles;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Removes segments from the front of the log, once a durable marker says what covers them. */
final class SegmentRemoval {
  private final Directory directory;
  private final Notices notices;
  private final SegmentAppender appender;
  private final GroupCommit commits;

  SegmentRemoval(
      Directory directory, Notices notices, SegmentAppender appender, GroupCommit commits) {
    this.directory = directory;
    this.notices = notices;
    this.appender = appender;
    this.commits = commits;
  }

  /**
   * Removes segments, oldest first, up to the first that the observer keeps: a log has no holes.
   *
   * @return those that were removed, durably
   */
  List<SegmentRange> remove(List<SegmentRange> doomed) throws IOException {
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

  /** Whoever took the log may need what this one does not. */
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
      WriterPoisonedException failure =
          new WriterPoisonedException(
              "syncing the directory "
                  + LogFiles.SEGMENTS
                  + " after removing segments failed; close the writer and open the log again",
              e);
      if (earlier != null) {
        failure.addSuppressed(earlier);
      }
      commits.poison(failure);
      throw failure;
    }
  }
}
