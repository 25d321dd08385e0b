package dev.durability.commit;

import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Lets the thread that leads wait for the threads that were served last, when they come back at
 * once: one round for all of them, in place of two that each carry half.
 *
 * <p>If they do not come back, it is soon tried no more than once in many rounds, so that a lone
 * sync is not delayed. Used by one thread at a time, the one that leads.
 */
final class Gathering {
  private static final int ROUNDS_SKIPPED_MAX = 255;
  private static final long SILENCE_NANOS = TimeUnit.MICROSECONDS.toNanos(60);
  private static final long TOTAL_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  private int expected;
  private int penalty;
  private int skips;

  /** A round served so many threads: whether it is worth to wait for them before the next. */
  boolean isWorthwhile(int served) {
    expected = 0;
    if (served < 2) {
      return false;
    }
    if (skips > 0) {
      skips--;
      return false;
    }
    expected = served;
    return true;
  }

  /** Waits until as many threads wait as were served, or they stay away. */
  @SuppressWarnings("ThreadPriorityCheck") // A hint: the time is bounded whatever it does.
  void await(IntSupplier waiting) {
    if (expected == 0) {
      return;
    }
    long start = System.nanoTime();
    long lastCame = start;
    int seen = waiting.getAsInt();
    while (seen < expected) {
      Thread.yield();
      long now = System.nanoTime();
      int count = waiting.getAsInt();
      if (count != seen) {
        seen = count;
        lastCame = now;
      } else if (now - lastCame > SILENCE_NANOS || now - start > TOTAL_NANOS) {
        break;
      }
    }
    penalty = seen >= expected ? 0 : Math.min(ROUNDS_SKIPPED_MAX, 2 * penalty + 1);
    skips = penalty;
    expected = 0;
  }
}
