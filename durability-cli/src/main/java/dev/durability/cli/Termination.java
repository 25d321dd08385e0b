package dev.durability.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Lets a command finish its work when SIGINT or SIGTERM arrives: the command is asked to stop, and
 * the process ends after it has stopped. A command that registers nothing is ended at once.
 *
 * <p>Safe for many threads.
 */
final class Termination {
  private final AtomicReference<@Nullable Runnable> stop = new AtomicReference<>();
  private final CountDownLatch finished = new CountDownLatch(1);

  /**
   * Registers how to stop the command.
   *
   * @param how makes the command return soon; called on another thread, at most once
   */
  void onRequest(Runnable how) {
    stop.set(how);
  }

  /** Says that the command has returned and printed all it had to say. */
  void finished() {
    finished.countDown();
  }

  /** Asks the command to stop, and waits until it has. */
  void request() {
    Runnable how = stop.getAndSet(null);
    if (how == null) {
      return;
    }
    how.run();
    boolean interrupted = false;
    while (true) {
      try {
        finished.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // What was appended must be synced first.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
