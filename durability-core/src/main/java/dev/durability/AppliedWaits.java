package dev.durability;

import dev.durability.errors.DurabilityException;
import dev.durability.threads.StackSafeLock;
import dev.durability.threads.Thrown;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Threads that wait for entries to be applied. If there are none, a thread that applies entries
 * only looks at one field.
 *
 * <p>Nobody wakes a thread that waits for what cannot come any more: the log was poisoned, the
 * state was closed, or an Error ended the thread that was to wake it. So each looks by itself ten
 * times a second.
 */
final class AppliedWaits {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final WalWriter<?> log;
  private final AppliedState<?, ?> applied;
  private final Updates<?, ?> updates;
  private final StackSafeLock lock = new StackSafeLock();

  /** Those who wait. The list is read and changed with the lock held. */
  private volatile @Nullable Wait first;

  private static final class Wait {
    private final Thread thread = Thread.currentThread();
    private final long entryId;
    private @Nullable Wait next;

    private Wait(long entryId) {
      this.entryId = entryId;
    }

    /** Wakes the thread if its entry is applied. {@return whether it is} */
    private boolean wokenAt(long appliedId) {
      if (entryId > appliedId) {
        return false;
      }
      LockSupport.unpark(thread);
      return true;
    }
  }

  AppliedWaits(WalWriter<?> log, AppliedState<?, ?> applied, Updates<?, ?> updates) {
    this.log = log;
    this.applied = applied;
    this.updates = updates;
  }

  /**
   * Waits for an entry. An interrupt does not end the wait: the flag is set again.
   *
   * @param entryId the entry
   * @param nanos how long to wait; zero or less to look once
   * @return whether it is applied
   * @throws DurabilityException if it is not, and waiting does not help
   */
  boolean await(long entryId, long nanos) throws IOException {
    if (isApplied(entryId)) {
      return true;
    }
    long start = System.nanoTime();
    Wait self = new Wait(entryId);
    boolean interrupted = false;
    long left = nanos;
    try {
      enter(self); // Before the next look: who applies the entry after that finds this thread.
      while (left > 0 && !makeApplied(entryId)) {
        LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS));
        interrupted |= Thread.interrupted();
        left = nanos - (System.nanoTime() - start);
      }
      return isApplied(entryId);
    } finally {
      leave(self);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean isApplied(long entryId) throws DurabilityException {
    applied.refuseIfFailed();
    return applied.appliedId() >= entryId;
  }

  /**
   * Makes an entry durable and applies it, if it is appended: whoever appended it may have left
   * that open.
   *
   * @return whether it is applied
   * @throws DurabilityException if it is not, and will never be
   */
  private boolean makeApplied(long entryId) throws IOException {
    if (isApplied(entryId)) {
      return true;
    }
    boolean isAtEnd = updates.isClosed() || log.poison() != null; // Before the last entry is asked.
    if (entryId <= log.lastAppendedId()) {
      makeDurable(entryId);
      updates.applyDurable(entryId);
    } else if (isAtEnd) {
      updates.refuseIfClosed();
      log.sync(); // Throws what poisoned it.
    }
    return isApplied(entryId);
  }

  private void makeDurable(long entryId) throws IOException {
    try {
      if (log.lastDurableId() < entryId) {
        log.sync();
      }
    } catch (DurabilityException e) {
      if (log.lastDurableId() < entryId) {
        throw e; // Else later entries failed, or the log was closed after this one.
      }
    }
  }

  private void enter(Wait self) throws IOException {
    boolean unused =
        Guard.with(
            lock,
            () -> {
              self.next = first;
              first = self;
              return true;
            });
  }

  private void leave(Wait self) throws IOException {
    boolean unused =
        Guard.with(
            lock,
            () -> {
              removeIf(each -> each == self);
              return true;
            });
  }

  /** Entries up to one are applied: wakes those who wait for them. */
  void wake(long appliedId) {
    if (first != null) {
      wakeThrough(appliedId);
    }
  }

  private void wakeThrough(long appliedId) {
    try {
      boolean unused =
          Guard.with(
              lock,
              () -> {
                removeIf(each -> each.wokenAt(appliedId));
                return true;
              });
    } catch (Throwable e) {
      Thrown.report(e); // The caller has done its work, and those who wait look by themselves.
    }
  }

  private void removeIf(Predicate<Wait> condition) {
    Wait before = null;
    for (Wait each = first; each != null; each = each.next) {
      if (!condition.test(each)) {
        before = each;
      } else if (before == null) {
        first = each.next;
      } else {
        before.next = each.next;
      }
    }
  }
}
