package dev.durability.wal;

import dev.durability.log.LogHold;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import java.util.List;

/**
 * Sees what a writer does, and may veto the removal of segments and checkpoints.
 *
 * <p>The methods are called on the threads that do the work, some with the log's lock held. They
 * must be quick and must not call the writer. They must not call {@link System#exit} if a shutdown
 * hook closes the log: each would wait for the other. What one of them throws goes to the thread's
 * uncaught exception handler and has no effect on the log. An exception from {@link #mayRemove} or
 * {@link #mayRemoveCheckpoint} counts as a veto.
 */
public interface WalObserver {

  /** The observer that sees nothing and allows everything. */
  WalObserver NONE = new WalObserver() {};

  /**
   * Entries were appended to the buffer.
   *
   * @param firstId the first entry id
   * @param lastId the last entry id
   * @param bytes the bytes of their frames
   */
  default void onAppend(long firstId, long lastId, long bytes) {}

  /**
   * Bytes were written to a segment.
   *
   * @param lastId the last entry id among them
   * @param bytes how many
   */
  default void onFlush(long lastId, long bytes) {}

  /**
   * The log was synced.
   *
   * @param lastId the last entry id that is durable now
   * @param durationNanos how long that took, in nanoseconds
   */
  default void onSync(long lastId, long durationNanos) {}

  /**
   * The log was synced: the end of a round of group commit. Calls {@link #onSync(long, long)}
   * unless it is overridden.
   *
   * @param lastId the last entry id that is durable now
   * @param entries how many entries this made durable
   * @param bytes how many bytes were written for them
   * @param durationNanos how long the sync took, in nanoseconds, without the write before it
   */
  default void onSync(long lastId, long entries, long bytes, long durationNanos) {
    onSync(lastId, durationNanos);
  }

  /**
   * A segment ended and a new one follows.
   *
   * @param ended the segment that ended
   */
  default void onRotate(SegmentRange ended) {}

  /**
   * Segments were removed.
   *
   * @param removed the segments, oldest first
   */
  default void onTruncate(List<SegmentRange> removed) {}

  /**
   * The log was opened, or refused.
   *
   * @param report what was found in its files
   */
  default void onRecovery(LogReport report) {}

  /**
   * The log was opened, or refused. Calls {@link #onRecovery(LogReport)} unless it is overridden.
   *
   * @param report what was found in its files
   * @param durationNanos how long it took to read the log and to hand its entries over, a
   *     checkpoint before them included, in nanoseconds
   */
  default void onRecovery(LogReport report, long durationNanos) {
    onRecovery(report);
  }

  /**
   * Asks whether a segment may be removed. Removal stops at the first that may not, because a log
   * has no holes.
   *
   * @param segment the segment
   * @return whether it may be removed
   */
  default boolean mayRemove(SegmentRange segment) {
    return true;
  }

  /**
   * Asks whether an old checkpoint may be deleted by a {@link
   * dev.durability.checkpoint.CheckpointPublisher}. One that may not is asked for again when the
   * next is published.
   *
   * @param path the checkpoint, relative to the log's directory
   * @param lastEntryId the last entry that it contains
   * @return whether it may be deleted
   */
  default boolean mayRemoveCheckpoint(String path, long lastEntryId) {
    return true;
  }

  /**
   * Something was not removed that no checkpoint needs any more, because programs beside the writer
   * hold it back.
   *
   * @param holds the holds that are in force, damaged ones among them
   */
  default void onHeldBack(List<LogHold> holds) {}

  /**
   * The log was closed in order: its last segment ended, and all of it is durable. Called with no
   * lock held, after the log was given up. If the log is poisoned, this is not called.
   *
   * @param last the last segment; it may have no entry
   */
  default void onClosed(SegmentRange last) {}

  /**
   * A {@link dev.durability.checkpoint.CheckpointPublisher}, that of a state included, published a
   * checkpoint: it is durable, and the log says so. What it covers is removed after this.
   *
   * @param path the checkpoint, relative to the log's directory
   * @param lastEntryId the last entry that it contains
   * @param bytes the size of its payload
   * @param durationNanos how long it took to publish it, in nanoseconds
   */
  default void onCheckpoint(String path, long lastEntryId, long bytes, long durationNanos) {}

  /**
   * A checkpoint that a {@link dev.durability.DurableState} writes by its policy failed, or its
   * thread could not start. The log still holds everything, and the next is tried when it is due.
   * Called with no lock held.
   *
   * @param cause what failed
   */
  default void onCheckpointFailed(Throwable cause) {}

  /**
   * A failure poisoned the writer: it refuses to go on, until the log is closed and opened again.
   * Called once per writer, after the calls that failed by it were told.
   *
   * @param cause the failure
   */
  default void onPoisoned(Throwable cause) {}

  /**
   * Combines two observers: this one is called first. A segment or checkpoint may be removed if
   * both agree.
   *
   * @param next the other
   * @return an observer that calls both, also if this one throws
   */
  default WalObserver andThen(WalObserver next) {
    return Notices.both(this, next);
  }
}
