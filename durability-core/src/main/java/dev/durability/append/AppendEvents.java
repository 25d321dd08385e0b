package dev.durability.append;

import dev.durability.log.SegmentRange;

/** Is told what the {@link SegmentAppender} did; throws nothing. */
public interface AppendEvents {

  /**
   * Entries were written.
   *
   * @param lastId the last of them
   * @param entries how many
   * @param bytes how many bytes were written
   */
  void onFlush(long lastId, long entries, long bytes);

  /** A segment ended. The next sync is that of what was written so far, and of nothing else. */
  void onEnd();

  /**
   * Entries became durable.
   *
   * @param lastId the last of them
   * @param durationNanos how long that took
   */
  void onSync(long lastId, long durationNanos);

  /**
   * A segment that ended is durable.
   *
   * @param ended the segment
   */
  void onRotate(SegmentRange ended);
}
