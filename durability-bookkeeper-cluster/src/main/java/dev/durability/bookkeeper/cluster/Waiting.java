package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits, and keeps an interrupt for the caller. */
final class Waiting {
  private static final long LOOK_MILLIS = 20;

  private Waiting() {}

  interface Wait {
    void run() throws InterruptedException;
  }

  interface Condition {
    boolean holds() throws IOException;
  }

  /** Waits to the end though interrupted; the thread is interrupted afterwards. */
  static void uninterruptibly(Wait wait) {
    boolean interrupted = false;
    while (true) {
      try {
        wait.run();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Looks again and again.
   *
   * @return false if the condition does not hold when the time is over
   * @throws InterruptedIOException if interrupted; the thread stays interrupted
   */
  static boolean until(long deadlineNanos, Condition condition) throws IOException {
    while (!condition.holds()) {
      if (System.nanoTime() - deadlineNanos > 0) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for a node of the cluster");
      }
    }
    return true;
  }

  static long deadlineNanos(Duration patience) {
    return System.nanoTime() + patience.toNanos();
  }
}
