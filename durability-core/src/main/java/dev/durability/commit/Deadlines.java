package dev.durability.commit;

import java.util.concurrent.TimeUnit;

/**
 * When the log's own thread has something to do that nobody waits for. Times are those of {@link
 * System#nanoTime}, passed in; guarded by the writer's lock.
 *
 * <p>That clock may stand anywhere, also close before it overflows. Inside, all times are counted
 * from when this was made, and no interval is longer than 73 years: sums of them cannot overflow.
 */
final class Deadlines {
  /** How long a promise may stay out of the log while nothing else is written. */
  private static final long MARK_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  static final long NEVER = Long.MAX_VALUE;

  private static final long INTERVAL_NANOS_MAX = Long.MAX_VALUE / 4;

  private final long origin;
  private final long syncIntervalNanos;
  private final long flushIntervalNanos;
  private long mark = NEVER;
  private long sync = NEVER;
  private long flush = NEVER;

  /**
   * @param syncIntervalNanos how long an entry may stay out of what is durable, 0 for ever
   * @param flushIntervalNanos how long an entry may stay out of the files, 0 for ever
   * @param now the time of now
   */
  Deadlines(long syncIntervalNanos, long flushIntervalNanos, long now) {
    this.origin = now;
    this.syncIntervalNanos = Math.min(syncIntervalNanos, INTERVAL_NANOS_MAX);
    this.flushIntervalNanos = Math.min(flushIntervalNanos, INTERVAL_NANOS_MAX);
  }

  private long since(long now) {
    return now - origin;
  }

  /** Whether appending starts a clock that does not run yet. */
  boolean startsWithAppend() {
    return (syncIntervalNanos > 0 && sync == NEVER) || (flushIntervalNanos > 0 && flush == NEVER);
  }

  void appended(long now) {
    if (syncIntervalNanos > 0 && sync == NEVER) {
      sync = since(now) + syncIntervalNanos;
    }
    if (flushIntervalNanos > 0 && flush == NEVER) {
      flush = since(now) + flushIntervalNanos;
    }
  }

  /** A round ended that tried to write, or to sync. */
  void roundEnded(
      long now, boolean triedToWrite, boolean triedToSync, boolean allWritten, boolean allDurable) {
    if (allDurable) {
      sync = NEVER;
    } else if (triedToSync && sync != NEVER) {
      sync = since(now) + syncIntervalNanos;
    }
    if (allWritten) {
      flush = NEVER;
    } else if (triedToWrite && flush != NEVER) {
      flush = since(now) + flushIntervalNanos;
    }
  }

  /**
   * Sets anew whether a MARK is to be written.
   *
   * @return whether one was not waited for before
   */
  boolean markLater(long now, boolean isOwed) {
    boolean waited = mark != NEVER;
    mark = isOwed ? since(now) + MARK_DELAY_NANOS : NEVER;
    return isOwed && !waited;
  }

  boolean markIsDue(long now) {
    return mark <= since(now);
  }

  boolean syncIsDue(long now) {
    return sync <= since(now);
  }

  boolean commitIsDue(long now) {
    return Math.min(sync, flush) <= since(now);
  }

  /**
   * How long it is until something is due, or {@link #NEVER}; a round that is under way decides
   * anew on the MARK.
   */
  long nanosToNext(long now, boolean roundIsUnderWay) {
    long markAt = roundIsUnderWay && mark != NEVER ? since(now) + MARK_DELAY_NANOS : mark;
    long next = Math.min(markAt, Math.min(sync, flush));
    return next == NEVER ? NEVER : next - since(now);
  }
}
