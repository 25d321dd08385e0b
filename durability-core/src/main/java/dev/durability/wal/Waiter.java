package dev.durability.wal;

import dev.durability.errors.DurabilityException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Someone who wants all entries up to one to be written, or durable. */
interface Waiter {

  /** The last entry that it waits for. */
  long targetId();

  /** Whether it waits for the entry to be durable, or just written. */
  boolean wantsSync();

  /**
   * A thread that waits, and leads a round if it is told to. It can be used again once its wait has
   * ended.
   */
  final class OfThread implements Waiter {
    /** How many threads each thread of a round wakes. */
    static final int FAN_OUT = 8;

    private static final int WAITING = 0;
    private static final int LEADS = 1;
    private static final int SETTLED = 2;

    private Thread thread = Thread.currentThread();
    private long targetId;
    private boolean wantsSync;
    private @Nullable DurabilityException failure;
    private final @Nullable OfThread[] toWake = new @Nullable OfThread[FAN_OUT];
    private volatile int state;
    private final BooleanSupplier isWaiting = this::isWaiting;

    /** Starts a wait of the current thread. */
    OfThread start(long target, boolean sync) {
      thread = Thread.currentThread();
      targetId = target;
      wantsSync = sync;
      failure = null;
      state = WAITING;
      return this;
    }

    @Override
    public long targetId() {
      return targetId;
    }

    @Override
    public boolean wantsSync() {
      return wantsSync;
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
      if (!isVirtual()) {
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

    void lead() {
      state = LEADS;
      wake();
    }

    /**
     * Ends the wait; null is success. The others, settled before, are woken by this one: waking is
     * what a round of many threads takes longest for, and so it is spread over all of them, while
     * the next round is under way.
     *
     * @param round the threads of the round
     * @param from the index of the first to wake
     * @param count how many there are in the round
     */
    void settle(
        @Nullable DurabilityException outcome, @Nullable OfThread[] round, int from, int count) {
      failure = outcome;
      for (int i = 0; i < FAN_OUT; i++) {
        toWake[i] = from + i < count ? round[from + i] : null;
      }
      state = SETTLED;
    }

    /** Whether it is a virtual thread: waking one takes no system call. */
    boolean isVirtual() {
      return VirtualThreads.isVirtual(thread);
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
      if (failure != null) {
        throw failure;
      }
    }
  }

  /** A future that waits for an entry to be durable. */
  final class OfFuture extends AppendFuture implements Waiter {
    OfFuture(long entryId) {
      super(entryId);
    }

    @Override
    public long targetId() {
      return entryId();
    }

    @Override
    public boolean wantsSync() {
      return true;
    }

    /** Ends the wait; null is success. */
    void settle(@Nullable DurabilityException failure) {
      if (failure == null) {
        complete(entryId());
      } else {
        completeExceptionally(failure);
      }
    }
  }
}
