package dev.durability.commit;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How a thread waits for a round: it spins with {@link Thread#yield} for about two average rounds,
 * then parks. Waking a thread that parks takes about as long as a fast device needs to sync, and
 * with many threads it takes all of the processors' time. If rounds take long, a thread parks at
 * once: nothing is lost there.
 *
 * <p>Any number of threads may wait; one at a time tells how long a round took.
 */
final class Patience {
  private static final long ROUND_NANOS_MAX = TimeUnit.MICROSECONDS.toNanos(500);

  private final Runnable meanwhile;
  private long meanNanos;
  private volatile long nanos;

  /**
   * @param meanwhile a small piece of work that a waiting thread looks for each time
   */
  Patience(Runnable meanwhile) {
    this.meanwhile = meanwhile;
  }

  /** A round took so long. */
  void roundTook(long roundNanos) {
    meanNanos += (roundNanos - meanNanos) / 8;
    // Who comes while a round is under way waits for the rest of it, and for the next.
    nanos = meanNanos <= ROUND_NANOS_MAX ? 2 * meanNanos : 0;
  }

  /** Spins until something ends the wait, or a round should long have ended it. */
  @SuppressWarnings("ThreadPriorityCheck") // A hint: the time is bounded whatever it does.
  void waitWhile(BooleanSupplier waiting) {
    long most = nanos;
    if (most == 0) {
      return;
    }
    long start = System.nanoTime();
    while (waiting.getAsBoolean() && System.nanoTime() - start < most) {
      meanwhile.run();
      Thread.yield();
    }
  }
}
