package dev.durability.commit;

import dev.durability.threads.StackRoom;
import dev.durability.threads.SureLock;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which thread settles the futures of a round, and so runs what depends on them: the one that led
 * it, unless others may wait for what that thread holds. Then the log's own thread does.
 */
final class Dependents {
  private final SureLock lock;
  private final Condition work;
  private final Lead lead;
  private final Leader logLeader;
  private BooleanSupplier held = () -> false;
  private Runnable before = () -> {};

  /** The first round whose futures are left to the log's own thread; with the lock. */
  private @Nullable Round left;

  /**
   * @param lock of the rounds
   * @param work what the log's own thread waits for
   * @param logLeader the log's own thread as a leader
   */
  Dependents(SureLock lock, Condition work, Lead lead, Leader logLeader) {
    this.lock = lock;
    this.work = work;
    this.lead = lead;
    this.logLeader = logLeader;
  }

  /** Sets what is done before anyone is told of a round. Before the writer is used. */
  void after(Runnable task) {
    before = task;
  }

  /** Sets when others may wait for what the current thread holds. Before the writer is used. */
  void leftWhile(BooleanSupplier isHeld) {
    held = isHeld;
  }

  /** Done by the thread that led a round, before it tells those who wait. */
  void prepare(Leader self) {
    if (self.round != null) {
      before.run();
    }
  }

  /** Whether this thread must not run what depends on futures. */
  boolean mustBeLeft() {
    return held.getAsBoolean();
  }

  /**
   * Settles the futures of a round, or leaves them. If an Error breaks it off, it can be called
   * again.
   *
   * @return whether nobody waits for the round any more, so that it can be used again
   */
  boolean settle(Leader self, Round round) {
    if (round.hasFutures() && (self.leavesDependents || mustBeLeft()) && leave(self, round)) {
      return false;
    }
    settle(round);
    return true;
  }

  private static void settle(Round round) {
    if (round.hasFutures()) {
      long unusedLevels = StackRoom.proveForCallbacks(); // Else the log's own thread does it.
      round.settleFutures();
    }
    round.clear();
  }

  /** Leaves futures, unless the log's own thread may have ended. Returns whether it did. */
  private boolean leave(Leader self, Round round) {
    lock.lockForSure();
    try {
      if (lead.hasEnded()) {
        return false;
      }
      Round last = left;
      while (last != null && last != round && last.nextLeft != null) {
        last = last.nextLeft;
      }
      if (last == null) {
        left = round;
      } else if (last != round) {
        last.nextLeft = round;
      }
      work.signal();
      self.round = null; // Last: if an Error comes before, this is done again.
      return true;
    } finally {
      lock.unlockForSure();
    }
  }

  /** Whether futures are left; with the lock. */
  boolean hasLeft() {
    return left != null;
  }

  /**
   * The log's own thread settles futures that were left. With the lock, which is given up
   * meanwhile. If an Error breaks it off, it can be called again.
   *
   * @param next the round that gathers
   */
  void settleLeft(Round next) {
    Round round = Objects.requireNonNull(left);
    lead.callbacksFollow(logLeader);
    next.wakeAskers(); // The log's own thread cannot lead for them now.
    try {
      lock.unlock();
      settle(round);
    } finally {
      lock.lockForSure();
      lead.logThreadRests();
    }
    left = round.nextLeft;
    round.nextLeft = null;
  }
}
