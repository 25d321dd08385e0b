package dev.durability.log;

import java.io.IOException;
import java.time.Instant;

/**
 * Takes what is in a log, segment after segment, without the payloads: see {@link
 * dev.durability.wal.WalMaintenance#survey}. All calls come from the calling thread. What a method
 * throws reaches the caller as it is.
 */
public interface LogVisitor {

  /**
   * A segment begins.
   *
   * @param segment the segment
   * @throws IOException to give up
   */
  void segment(SegmentInfo segment) throws IOException;

  /**
   * The writer's wall clock at what follows: at the beginning of a segment, and at marks, which a
   * writer makes after a sync. It never goes back within a segment.
   *
   * @param time the time
   * @throws IOException to give up
   */
  void clock(Instant time) throws IOException;

  /**
   * A mark, or the end of a segment, with the writer's wall clock at what follows. It hands the
   * time to {@link #clock}, unless it is overridden.
   *
   * @param time the time
   * @param offset where the frame starts in the segment, in bytes
   * @throws IOException to give up
   */
  default void mark(Instant time, long offset) throws IOException {
    clock(time);
  }

  /**
   * An intact entry.
   *
   * @param id its id
   * @param payloadBytes the size of its payload
   * @throws IOException to give up
   */
  void entry(long id, int payloadBytes) throws IOException;

  /**
   * The segment ends. Called for segments that are {@link SegmentInfo.State#READ}.
   *
   * @param end where, and why
   * @throws IOException to give up
   */
  void end(SegmentEnd end) throws IOException;
}
