package dev.durability.commit;

import org.jspecify.annotations.Nullable;

/**
 * What the log's own thread does: it leads rounds for futures and if many threads wait, does
 * whatever is due by the clock, and ends what Errors left undone. It ends with the writer; others
 * rely on it.
 */
final class LogThread implements Runnable {
  private static final int OTHER_ERRORS_MAX = 3;

  private final Rounds rounds;
  private final ErrorRecovery recovery;
  private volatile @Nullable Thread thread;

  LogThread(Rounds rounds, ErrorRecovery recovery) {
    this.rounds = rounds;
    this.recovery = recovery;
  }

  /** Whether the current thread is the one. */
  boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** Runs until the lead has ended. A lack of stack or memory does not end it before. */
  @Override
  @SuppressWarnings("ThreadPriorityCheck") // A hint: memory may be there again in a moment.
  public void run() {
    Throwable error = null;
    int others = 0;
    for (boolean ended = false; !ended; ) {
      try {
        if (error != null) {
          Thread.yield();
          recovery.brokenOff(rounds.logLeader, false, error);
          error = null;
        }
        thread = Thread.currentThread();
        serve();
        ended = true;
      } catch (VirtualMachineError e) {
        error = e;
      } catch (RuntimeException | Error e) {
        error = e;
        if (++others > OTHER_ERRORS_MAX) {
          throw e;
        }
      }
    }
  }

  private void serve() {
    rounds.lock.lock();
    try {
      while (!rounds.lead.hasEnded() || recovery.hasLeft() || rounds.dependents.hasLeft()) {
        if (recovery.hasLeft()) {
          recovery.endLeft();
        } else if (rounds.dependents.hasLeft() && rounds.lead.state() != Lead.State.OFFERED) {
          rounds.dependents.settleLeft(
              rounds.next()); // Whoever was offered the lead has to lead first.
        } else if (isToLead()) {
          leadRound();
        } else {
          doWhatIsDue(System.nanoTime());
        }
      }
    } finally {
      rounds.lock.unlock();
    }
  }

  /**
   * Whether it was offered the lead, or someone wants a round who cannot lead it. A switch would
   * load a class of its own: if there is no memory for that, no log of this JVM could ever load it.
   */
  private boolean isToLead() {
    return rounds.lead.state() == Lead.State.OFFERED
        || (rounds.lead.isFree()
            && !rounds.poison.isThere()
            && (rounds.next().hasFutures() || rounds.next().isDemanded()));
  }

  private void leadRound() {
    rounds.lead.takeForRound();
    try {
      rounds.lock.unlock();
      rounds.leadIfWanted();
    } finally {
      rounds.lock.lockForSure();
      rounds.lead.logThreadRests();
    }
  }

  private void doWhatIsDue(long now) {
    boolean works = !rounds.poison.isThere();
    Deadlines deadlines = rounds.deadlines;
    if (works && deadlines.commitIsDue(now) && !rounds.next().isDemanded()) {
      rounds.next().demand(deadlines.syncIsDue(now)); // Also of others, who may lead without end.
    } else if (works && rounds.lead.isFree() && deadlines.markIsDue(now)) {
      mark();
    } else {
      awaitWork(deadlines.nanosToNext(now, !rounds.lead.isFree()));
    }
  }

  private void mark() {
    rounds.lead.takeForMark();
    try {
      rounds.lock.unlock();
      rounds.mark();
    } finally {
      rounds.lock.lockForSure();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // The caller looks again at what is to be done.
  private void awaitWork(long nanos) {
    if (nanos == Deadlines.NEVER || rounds.poison.isThere() || rounds.next().isDemanded()) {
      rounds.work.awaitUninterruptibly();
      return;
    }
    try {
      long unusedTime = rounds.work.awaitNanos(nanos);
    } catch (InterruptedException e) {
      // The thread is the log's own; an interrupt does not end the log.
      Thread.interrupted();
    }
  }
}
