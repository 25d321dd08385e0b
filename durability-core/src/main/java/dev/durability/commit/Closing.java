package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import dev.durability.threads.Thrown;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The end of a writer: commits what was appended, lets nobody lead again, runs the last step, and
 * ends all waits that are left. What an Error broke off is done again by the next call.
 */
public final class Closing {
  private final IOException writerClosed = new IOException("the writer was closed");
  private final Waiter.OfThread closer = new Waiter.OfThread();

  /**
   * Tells those that are left at the end; the log's own thread may still owe what the closer did.
   */
  private final Leader last = new Leader();

  private final Rounds rounds;
  private final ErrorRecovery recovery;
  private boolean begun;
  private boolean done;

  Closing(Rounds rounds, ErrorRecovery recovery) {
    this.rounds = rounds;
    this.recovery = recovery;
  }

  /** Whether it has begun, after which nothing is appended; with the lock. */
  boolean hasBegun() {
    return begun;
  }

  /**
   * Closes. Does nothing if this was done before, unless an Error hit that call before it could
   * begin.
   *
   * @param finish the last step, with the lead, if all is durable
   * @param abandon the last step if anything failed
   */
  void close(LastStep finish, LastStep abandon) throws IOException {
    if (done) {
      rounds.lead.rest(); // If an Error kept it from that.
      return;
    }
    Throwable failure;
    try {
      failure = end(finish, abandon);
    } catch (Throwable error) {
      failure = error;
      recovery.brokenOff(closer, true, error); // Poisoned: what is not durable stays so.
      takeLeadForGood();
      Throwable unused = run(abandon, error);
      rounds.settleLast(last, error);
    }
    done = true;
    rounds.lead.rest();
    Thrown.rethrow(failure);
  }

  /** Returns what failed, or null. */
  private @Nullable Throwable end(LastStep finish, LastStep abandon) {
    Throwable failure = commitLast();
    takeLeadForGood();
    boolean isPoisoned = rounds.poison.isThere();
    if (failure == null && isPoisoned && rounds.durable() < rounds.target.appended()) {
      failure = rounds.poison.asException();
    }
    failure = run(failure == null && !isPoisoned ? finish : abandon, failure);
    if (failure instanceof Error) {
      failure = run(abandon, failure); // An Error may have left files open; the others closed them.
    }
    rounds.settleLast(last, failure == null ? writerClosed : failure);
    return failure;
  }

  /** Refuses appends, and commits what was appended before; returns what failed, or null. */
  private @Nullable Throwable commitLast() {
    try {
      boolean waits = false;
      rounds.lock.lock();
      try {
        begun = true;
        if (!rounds.poison.isThere()) {
          rounds.next().reserve();
          waits = rounds.join(closer, Goal.DURABLE);
        }
      } finally {
        rounds.lock.unlock();
      }
      if (waits) {
        rounds.await(closer);
      }
      return null;
    } catch (DurabilityException e) {
      return e;
    }
  }

  /** Waits until nobody leads, and lets nobody lead again. */
  @SuppressWarnings("ThreadPriorityCheck") // A hint, if there is no memory to wait properly.
  private void takeLeadForGood() {
    rounds.lock.lockForSure();
    try {
      begun = true;
      while (!rounds.lead.isFree() && !rounds.lead.isHeldBy(closer)) {
        try {
          rounds.room.awaitUninterruptibly();
        } catch (Throwable noMemory) {
          rounds.lock.unlockForSure();
          Thread.yield();
          rounds.lock.lockForSure();
        }
      }
      rounds.lead.end(closer);
      rounds.work.signalAll();
    } finally {
      rounds.lock.unlockForSure();
    }
  }

  private static @Nullable Throwable run(LastStep step, @Nullable Throwable earlier) {
    try {
      step.run();
      return earlier;
    } catch (Throwable e) {
      if (earlier == null) {
        return e;
      }
      earlier.addSuppressed(e);
      return earlier;
    }
  }

  /** What is done with the files at the very end. */
  @FunctionalInterface
  public interface LastStep {

    /**
     * Does it.
     *
     * @throws IOException what failed; the writer is closed nevertheless
     */
    void run() throws IOException;
  }
}
