package dev.durability.segment;

import dev.durability.threads.Thrown;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A task that one thread waits for and another one runs. It runs once. Handing over the outcome
 * takes no memory: a future could fail to get some, and the log would wait forever.
 *
 * @param <T> the type of the outcome
 */
abstract class Pending<T> implements Runnable {
  private final AtomicBoolean begun = new AtomicBoolean();
  private @Nullable T value;
  private @Nullable Throwable failure;
  private volatile @Nullable Thread waiting;
  private volatile boolean done;

  /** The task. The waiting thread gets what it throws. */
  abstract @Nullable T work() throws Exception;

  @Override
  public final void run() {
    Throwable first = null;
    for (boolean ended = false; !ended; ) {
      try {
        if (first != null) {
          tell(null, first);
        } else if (!done && begun.compareAndSet(false, true)) {
          tell(work(), null);
        }
        ended = true;
      } catch (Throwable e) {
        first = first == null ? e : first;
      }
    }
  }

  /** The first outcome counts; a later call only wakes the waiting thread. */
  private void tell(@Nullable T outcome, @Nullable Throwable thrown) {
    if (!done) {
      value = outcome;
      failure = thrown;
      done = true;
    }
    LockSupport.unpark(waiting);
  }

  /** Whether the outcome is known. */
  final boolean isDone() {
    return done;
  }

  /**
   * Waits even if interrupted: the outcome of the task decides what the log holds.
   *
   * @return the outcome
   * @throws IOException if the task threw it; a RuntimeException or an Error of the task is thrown
   *     as it is
   */
  final @Nullable T await() throws IOException {
    waiting = Thread.currentThread();
    boolean interrupted = false;
    while (!done) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Thrown.rethrow(failure);
    return value;
  }
}
