package dev.durability.wal;

import dev.durability.append.Marker;
import dev.durability.append.SegmentAppender;
import dev.durability.commit.GroupCommit;
import dev.durability.frame.FrameFormat;
import dev.durability.log.MarkerPosition;
import dev.durability.storage.Directory;
import dev.durability.threads.StackRoom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;

/**
 * Says in the log that a checkpoint covers it: only what is covered by such a marker may be
 * removed.
 */
final class CheckpointMarker {
  private final Directory directory;
  private final EntryAppender<?> entries;
  private final SegmentAppender appender;
  private final GroupCommit commits;

  CheckpointMarker(
      Directory directory,
      EntryAppender<?> entries,
      SegmentAppender appender,
      GroupCommit commits) {
    this.directory = directory;
    this.entries = entries;
    this.appender = appender;
    this.commits = commits;
  }

  /** Appends a marker; see {@link WalWriter#appendCheckpoint}. */
  MarkerPosition append(long coveredId, String path) throws IOException {
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
  void cover(long throughId) throws IOException {
    if (coveredId() < throughId) {
      MarkerPosition unused = append(throughId, "");
    }
  }

  /** The last entry that a marker of this writer covers, or that it was begun anew after. */
  long coveredId() {
    long unused = StackRoom.prove();
    commits.lock().lock();
    try {
      return entries.coveredId();
    } finally {
      commits.lock().unlock();
    }
  }
}
