package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Someone who wants all that was appended up to a position to be written, or durable. */
public interface Waiter {

  /** The {@linkplain CommitTarget position} that it waits for. */
  long target();

  /** The last entry up to that position, for messages. */
  long entryId();

  /**
   * A thread that waits, and leads a round if it is told to. It can be used again once its wait has
   * ended.
   */
  public final class OfThread extends Leader implements Waiter {
    /** How many threads each thread of a round wakes. */
    static final int FAN_OUT = 8;

    private static final int WAITING = 0;
    static final int LEADS = 1;
    static final int SETTLED = 2;

    /** What tells the thread that its wait has ended: assigned last. */
    volatile int state;

    /** Why the entry is not as it was to be, null if it is. */
    @Nullable DurabilityException failure;

    /** Those that this one wakes once its wait has ended. */
    final @Nullable OfThread[] toWake = new @Nullable OfThread[FAN_OUT];

    /** Whether it is in a round, and has not been finished. */
    boolean joined;

    private Thread thread = Thread.currentThread();
    private long target;
    private long entryId;
    private Goal goal = Goal.DURABLE;
    private boolean isVirtual;
    private final BooleanSupplier isWaiting = this::isWaiting;

    /** Starts a wait of the current thread, a virtual one or not. */
    OfThread start(long position, long lastEntryId, Goal itsGoal, boolean virtual) {
      thread = Thread.currentThread();
      target = position;
      entryId = lastEntryId;
      goal = itsGoal;
      isVirtual = virtual;
      failure = null;
      state = WAITING;
      return this;
    }

    @Override
    public long target() {
      return target;
    }

    @Override
    public long entryId() {
      return entryId;
    }

    Goal goal() {
      return goal;
    }

    Thread thread() {
      return thread;
    }

    private boolean isWaiting() {
      return state == WAITING;
    }

    /**
     * Waits until it is settled or told to lead. An interrupt does not end the wait: the caller
     * must learn what became of its entry. The flag is set again.
     *
     * @param patience how long to look before parking; a virtual thread parks at once, which costs
     *     no system call
     * @return whether it leads
     */
    boolean await(Patience patience) {
      if (!isVirtual) {
        patience.waitWhile(isWaiting);
      }
      boolean interrupted = false;
      while (isWaiting()) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        thread.interrupt();
      }
      return state == LEADS;
    }

    /** The thread that starts this wait leads. */
    void lead() {
      state = LEADS;
    }

    /** Whether it is a virtual thread: waking one takes no system call. */
    boolean isVirtual() {
      return isVirtual;
    }

    /** Wakes the thread, if it sleeps. */
    void wake() {
      if (!isOfCurrentThread()) {
        LockSupport.unpark(thread);
      }
    }

    boolean isOfCurrentThread() {
      return thread == Thread.currentThread();
    }

    /** Once settled: wakes those that were left to this one. */
    void wakeOthers() {
      for (int i = 0; i < FAN_OUT; i++) {
        OfThread other = toWake[i];
        if (other != null) {
          other.wake();
          toWake[i] = null;
        }
      }
    }

    /** Once settled: wakes the others, and throws what failed. */
    void finish() throws DurabilityException {
      wakeOthers();
      joined = false;
      if (failure != null) {
        throw failure;
      }
    }

    /**
     * Ends a wait that an Error broke off: others may rely on this one to wake them. Somebody
     * settles it, since the writer is poisoned.
     */
    @SuppressWarnings("ThreadPriorityCheck") // A hint: whoever settles it does so soon.
    void finishBrokenOff() {
      while (state != SETTLED) {
        Thread.yield();
      }
      wakeOthers();
    }
  }
}
