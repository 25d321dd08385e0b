package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import dev.durability.threads.StackRoom;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that ask for a future. The thread that settles a future runs what depends on it, and on
 * those before it, and may wait there for what the asking thread holds. So an asking thread relies
 * on it for nothing:
 *
 * <ul>
 *   <li>It is woken at the end of the round that serves its future, before anything runs that
 *       depends on a future of that round.
 *   <li>If nobody leads, and the log's own thread runs such code or is this one, it leads a round
 *       itself. It looks when it begins to wait, and is woken when that comes to be so. What
 *       depends on the futures of that round it leaves to the log's own thread.
 * </ul>
 */
final class Askers {
  static final long FOR_EVER = Long.MAX_VALUE;

  private final Rounds rounds;
  private final ErrorRecovery recovery;
  private final LogThread logThread;
  private final Closing closing;

  Askers(Rounds rounds, ErrorRecovery recovery, LogThread logThread, Closing closing) {
    this.rounds = rounds;
    this.recovery = recovery;
    this.logThread = logThread;
    this.closing = closing;
  }

  /** Whether it is known what became of a future, whether it is settled or not. */
  boolean isKnown(FutureWaiter future) {
    return future.isDone()
        || future.target() <= rounds.durable()
        || future.failure() != null
        || rounds.poison.isThere();
  }

  /**
   * Waits until the outcome of a future is known.
   *
   * @param nanos how long to wait
   * @param interruptibly whether an interrupt ends the wait; if not, the flag is set again
   * @return whether it is known
   */
  boolean await(FutureWaiter future, long nanos, boolean interruptibly)
      throws InterruptedException {
    Asker self = new Asker();
    long start = System.nanoTime();
    boolean interrupted = false;
    try {
      enter(future, self);
      while (!isKnown(future)) { // After entering: whoever settles it later finds this thread.
        if (leads() || isKnown(future)) { // Waiting for the lock may have used the wake-up.
          continue;
        }
        long left = nanos == FOR_EVER ? FOR_EVER : nanos - (System.nanoTime() - start);
        if (left <= 0) {
          return false;
        }
        if (left == FOR_EVER) {
          LockSupport.park(this);
        } else {
          LockSupport.parkNanos(this, left);
        }
        if (Thread.interrupted()) {
          if (interruptibly) {
            throw new InterruptedException();
          }
          interrupted = true;
        }
      }
      return true;
    } finally {
      leave(future, self);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void enter(FutureWaiter future, Asker self) {
    long unused = StackRoom.prove();
    rounds.lock.lock();
    try {
      self.next = future.asker();
      future.asker(self);
    } finally {
      rounds.lock.unlock();
    }
  }

  /** Does again what an Error broke off: it must not leave the lock held. */
  private void leave(FutureWaiter future, Asker self) {
    try {
      leaveOnce(future, self);
    } catch (Throwable e) {
      leaveOnce(future, self);
      throw e;
    }
  }

  private void leaveOnce(FutureWaiter future, Asker self) {
    rounds.lock.lockForSure();
    try {
      if (future.asker() == self) {
        future.asker(self.next);
      } else {
        for (Asker each = future.asker(); each != null; each = each.next) {
          if (each.next == self) {
            each.next = self.next;
          }
        }
      }
    } finally {
      rounds.lock.unlockForSure();
    }
  }

  /** Leads a round, if it is this thread's turn. Returns whether it did. */
  private boolean leads() {
    Waiter.OfThread waiter = new Waiter.OfThread();
    waiter.leavesDependents = true; // It asks for one future, and might wait in what others run.
    try {
      long unused = StackRoom.prove();
      boolean waits = false;
      rounds.lock.lock();
      try {
        if (rounds.lead.isFree()
            && (logThread.isCurrent() || !rounds.lead.logThreadCanLead())
            && !rounds.poison.isThere()
            && !closing.hasBegun()) {
          rounds.next().reserve();
          waits = rounds.join(waiter, Goal.DURABLE);
        }
      } finally {
        rounds.lock.unlock();
      }
      if (waits) {
        rounds.await(waiter);
      }
      return waits;
    } catch (DurabilityException e) {
      return true; // The future tells it.
    } catch (RuntimeException | Error e) {
      recovery.brokenOff(waiter, false, e);
      throw e;
    }
  }

  /** Wakes those who ask for a future. Any thread. */
  static void wake(FutureWaiter future) {
    for (Asker each = future.asker(); each != null; each = each.next) {
      LockSupport.unpark(each.thread);
    }
  }
}
