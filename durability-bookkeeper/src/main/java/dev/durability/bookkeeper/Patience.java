package dev.durability.bookkeeper;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * How long something is tried again that fails while bookies or ZooKeeper are gone. Says at first,
 * and then every ten seconds, what it waits for. Not for use by several threads.
 */
final class Patience {
  /** Two minutes: a machine has started again by then, or somebody looks after it. */
  static final Duration MAX = Duration.ofMinutes(2);

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Consumer<String> warnings;
  private final long end;
  private boolean hasWarned;
  private long warnedNanos;

  /**
   * Begins to wait.
   *
   * @param nanos for so long
   * @param warnings is told what is waited for
   */
  Patience(long nanos, Consumer<String> warnings) {
    this.warnings = warnings;
    this.end = System.nanoTime() + nanos;
  }

  /** Waits a moment before the next try; throws the failure if the time is over. */
  void pause(String what, IOException failure) throws IOException {
    long now = System.nanoTime();
    if (now - end > 0) {
      throw failure;
    }
    if (!hasWarned || now - warnedNanos > QUIET_NANOS) {
      hasWarned = true;
      warnedNanos = now;
      warnings.accept(
          what
              + ". Trying again for "
              + TimeUnit.NANOSECONDS.toSeconds(end - now)
              + " s more: "
              + failure.getMessage());
    }
    LockSupport.parkNanos(PAUSE_NANOS);
  }
}
