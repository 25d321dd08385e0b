package dev.durability.wal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * When {@link WalWriter#append} writes what it buffered to the file, so that it survives the death
 * of the process. It makes nothing safe from power loss: only syncing does.
 *
 * <p>Whatever the policy, a full buffer is written, and so is what piled up in one: 896 KiB, or
 * seven eighths of a buffer that is smaller than 1 MiB, but at least 256 KiB. If a segment ends by
 * that, what is written of the next one survives the process once the one that ended is synced.
 */
public final class FlushPolicy {
  private static final FlushPolicy PER_APPEND = new FlushPolicy(1, 0);
  private static final FlushPolicy MANUAL = new FlushPolicy(0, 0);

  private final int appends;
  private final long intervalNanos;

  private FlushPolicy(int appends, long intervalNanos) {
    this.appends = appends;
    this.intervalNanos = intervalNanos;
  }

  /** {@return the policy that flushes before each append returns} */
  public static FlushPolicy perAppend() {
    return PER_APPEND;
  }

  /**
   * Returns the policy that flushes in every n-th append.
   *
   * @param appends n, at least 1
   * @return the policy
   */
  public static FlushPolicy every(int appends) {
    if (appends < 1) {
      throw new IllegalArgumentException(
          "a flush every " + appends + " appends: it must be at least 1");
    }
    return new FlushPolicy(appends, 0);
  }

  /**
   * Returns the policy that flushes in the background, at most this long after an append.
   *
   * @param interval how long an append may stay in memory, at least a millisecond; one of more than
   *     292 years is one of 292 years
   * @return the policy
   */
  public static FlushPolicy interval(Duration interval) {
    if (TimeUnit.MILLISECONDS.convert(interval) < 1) {
      throw new IllegalArgumentException(
          "a flush interval of " + interval + ": it must be at least 1 ms");
    }
    return new FlushPolicy(0, TimeUnit.NANOSECONDS.convert(interval));
  }

  /**
   * {@return the policy that flushes only on {@code flush} and {@code sync}, and what has piled up}
   */
  public static FlushPolicy manual() {
    return MANUAL;
  }

  /** The number of appends between flushes, 0 for no flush. */
  int appends() {
    return appends;
  }

  /** How long an append may stay in memory, 0 for no limit. */
  long intervalNanos() {
    return intervalNanos;
  }

  @Override
  public String toString() {
    if (intervalNanos > 0) {
      return "flush every " + Duration.ofNanos(intervalNanos);
    }
    return appends == 0 ? "flush manually" : "flush every " + appends + " appends";
  }
}
