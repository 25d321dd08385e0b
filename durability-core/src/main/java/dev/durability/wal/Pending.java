package dev.durability.wal;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What another thread works on, and one thread waits for. Telling the outcome takes no memory: a
 * future could fail to, and leave the log waiting for ever.
 *
 * @param <T> the type of the outcome
 */
final class Pending<T> {
  private @Nullable T value;
  private @Nullable Throwable failure;
  private volatile @Nullable Thread waiting;
  private volatile boolean done;

  /** Tells the outcome. The first that is told counts; telling again only wakes. */
  void tell(@Nullable T outcome, @Nullable Throwable thrown) {
    if (!done) {
      value = outcome;
      failure = thrown;
      done = true;
    }
    LockSupport.unpark(waiting);
  }

  /**
   * Waits without heeding interrupts: what is under way decides what the log holds.
   *
   * @return the outcome
   * @throws IOException what failed; or an Error, or a RuntimeException
   */
  @Nullable T await() throws IOException {
    waiting = Thread.currentThread();
    boolean interrupted = false;
    while (!done) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return value;
  }
}
