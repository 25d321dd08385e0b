package dev.durability.commit;

import org.jspecify.annotations.Nullable;

/**
 * Puts in order what an Error broke off, whatever it was: nobody is left waiting, and if anything
 * had happened, the writer is poisoned. What cannot be put in order by the thread that was hit is
 * left to the log's own thread, which has stack enough and tries again until there is memory.
 */
final class ErrorRecovery {
  private final Rounds rounds;

  /** Tells those whom a failure outside of a round left waiting: nobody does so a second time. */
  private final Leader outside = new Leader();

  private @Nullable Leader left;

  ErrorRecovery(Rounds rounds) {
    this.rounds = rounds;
  }

  /**
   * Puts in order what an Error broke off. Called as far up as can be, without the lock or with
   * what the Error left of it.
   *
   * @param self what the thread that was hit led with, or waited with, or would have
   * @param happened whether the call had an effect already
   */
  void brokenOff(Leader self, boolean happened, Throwable error) {
    boolean waits = self instanceof Waiter.OfThread thread && thread.joined;
    rounds.lock.lockForSure();
    try {
      if (happened
          || waits
          || rounds.lead.isHeldBy(self)
          || self.round != null
          || rounds.target.isBroken()) {
        rounds.poison.addUnlessOpen(error);
      }
      rounds.room.signalAll();
    } finally {
      rounds.lock.unlockForSure();
    }
    try {
      rounds.endRound(self, error);
    } catch (Throwable again) {
      leaveToLogThread(self);
    }
    if (waits && self instanceof Waiter.OfThread thread) {
      thread.finishBrokenOff();
    }
  }

  /** Ends the writer for good because of something that failed outside of a round. Any thread. */
  void poison(Throwable failure) {
    try {
      rounds.poison(failure, outside);
    } catch (Throwable again) {
      leaveToLogThread(outside);
    }
  }

  private void leaveToLogThread(Leader self) {
    rounds.lock.lockForSure();
    try {
      if (!isLeft(self)) {
        self.nextLeft = left;
        left = self;
      }
      rounds.work.signalAll();
    } finally {
      rounds.lock.unlock();
    }
  }

  /** The log's own thread may fail more than once at what it left to itself. */
  private boolean isLeft(Leader self) {
    Leader other = left;
    while (other != null && other != self) {
      other = other.nextLeft;
    }
    return other != null;
  }

  /** Whether anything is left to the log's own thread. With the lock. */
  boolean hasLeft() {
    return left != null;
  }

  /** Ends the round that was left last. With the lock, which is given up meanwhile. */
  void endLeft() {
    Leader other = left;
    if (other == null) {
      return;
    }
    try {
      rounds.lock.unlock();
      rounds.endRound(other, rounds.poison.first());
    } finally {
      rounds.lock.lockForSure();
    }
    forget(other);
  }

  /** Others may have been left meanwhile. */
  private void forget(Leader ended) {
    if (left == ended) {
      left = ended.nextLeft;
      return;
    }
    Leader before = left;
    while (before != null && before.nextLeft != ended) {
      before = before.nextLeft;
    }
    if (before != null) {
      before.nextLeft = ended.nextLeft;
    }
  }
}
