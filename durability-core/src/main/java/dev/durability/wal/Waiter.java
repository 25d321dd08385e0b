package dev.durability.wal;

import dev.durability.errors.DurabilityException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Someone who wants all entries up to one to be written, or durable. */
interface Waiter {

  /** The last entry that it waits for. */
  long targetId();

  /** Whether it waits for the entry to be durable, or just written. */
  boolean wantsSync();

  /** Ends the wait; null is success. */
  void settle(@Nullable DurabilityException failure);

  /** A thread that waits, and leads a round if it is told to. */
  final class OfThread implements Waiter {
    private static final int WAITING = 0;
    private static final int LEADS = 1;
    private static final int SETTLED = 2;

    private final Thread thread = Thread.currentThread();
    private final long targetId;
    private final boolean wantsSync;
    private @Nullable DurabilityException failure;
    private volatile int state = WAITING;

    OfThread(long targetId, boolean wantsSync) {
      this.targetId = targetId;
      this.wantsSync = wantsSync;
    }

    @Override
    public long targetId() {
      return targetId;
    }

    @Override
    public boolean wantsSync() {
      return wantsSync;
    }

    /**
     * Waits until it is settled or told to lead. An interrupt does not end the wait: the caller
     * must learn what became of its entry. The flag is set again.
     *
     * @return whether it leads
     */
    boolean await() {
      boolean interrupted = false;
      while (state == WAITING) {
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
      LockSupport.unpark(thread);
    }

    @Override
    public void settle(@Nullable DurabilityException outcome) {
      failure = outcome;
      state = SETTLED;
      if (thread != Thread.currentThread()) {
        LockSupport.unpark(thread);
      }
    }

    void throwFailure() throws DurabilityException {
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

    @Override
    public void settle(@Nullable DurabilityException failure) {
      if (failure == null) {
        complete(entryId());
      } else {
        completeExceptionally(failure);
      }
    }
  }
}
