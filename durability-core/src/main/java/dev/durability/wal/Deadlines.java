package dev.durability.wal;

import java.util.concurrent.TimeUnit;

/**
 * When the log's own thread has something to do that nobody waits for. Times are those of {@link
 * System#nanoTime}, passed in; guarded by the writer's lock.
 */
final class Deadlines {
  /** How long a promise may stay out of the log while nothing else is written. */
  private static final long MARK_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  static final long NEVER = Long.MAX_VALUE;

  private final long syncIntervalNanos;
  private final long flushIntervalNanos;
  private long mark = NEVER;
  private long sync = NEVER;
  private long flush = NEVER;

  Deadlines(WalOptions options) {
    this.syncIntervalNanos = options.syncInterval() == null ? 0 : options.syncInterval().toNanos();
    this.flushIntervalNanos = options.flushPolicy().intervalNanos();
  }

  /** Whether appending starts a clock that does not run yet. */
  boolean startsWithAppend() {
    return (syncIntervalNanos > 0 && sync == NEVER) || (flushIntervalNanos > 0 && flush == NEVER);
  }

  void appended(long now) {
    if (syncIntervalNanos > 0 && sync == NEVER) {
      sync = now + syncIntervalNanos;
    }
    if (flushIntervalNanos > 0 && flush == NEVER) {
      flush = now + flushIntervalNanos;
    }
  }

  /** A round ended that tried to write, or to sync. */
  void roundEnded(
      long now, boolean triedToWrite, boolean triedToSync, boolean allWritten, boolean allDurable) {
    if (allDurable) {
      sync = NEVER;
    } else if (triedToSync && sync != NEVER) {
      sync = now + syncIntervalNanos;
    }
    if (allWritten) {
      flush = NEVER;
    } else if (triedToWrite && flush != NEVER) {
      flush = now + flushIntervalNanos;
    }
  }

  /**
   * Sets anew whether a MARK is to be written.
   *
   * @return whether one was not waited for before
   */
  boolean markLater(long now, boolean isOwed) {
    boolean waited = mark != NEVER;
    mark = isOwed ? now + MARK_DELAY_NANOS : NEVER;
    return isOwed && !waited;
  }

  boolean markIsDue(long now) {
    return mark <= now;
  }

  boolean syncIsDue(long now) {
    return sync <= now;
  }

  boolean commitIsDue(long now) {
    return Math.min(sync, flush) <= now;
  }

  /**
   * The next time at which something is due; a round that is under way decides anew on the MARK.
   */
  long next(long now, boolean roundIsUnderWay) {
    long markAt = roundIsUnderWay && mark != NEVER ? now + MARK_DELAY_NANOS : mark;
    return Math.min(markAt, Math.min(sync, flush));
  }
}
