package dev.durability;

import dev.durability.threads.StackSafeLock;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The lock that puts updates in the order of their ids, and the futures that a thread settled while
 * it held the lock. They complete after the lock was given up, because code that depends on them
 * may wait for other threads that want it.
 */
final class Appending {
  private final StackSafeLock lock = new StackSafeLock();
  private final AtomicReference<@Nullable UpdateFuture<?>> settled = new AtomicReference<>();

  /** Runs something with the lock held, and then completes what was settled meanwhile. */
  <R> R with(Guard.Body<R> body) throws IOException {
    try {
      R result = Guard.with(lock, body);
      completeSettled();
      return result;
    } catch (Throwable e) {
      try {
        completeSettled();
      } catch (Throwable again) {
        completeSettled();
        throw again;
      }
      throw e;
    }
  }

  boolean isHeldByCurrentThread() {
    return lock.isHeldByCurrentThread();
  }

  /**
   * Completes a settled update. If this thread holds the lock, that waits until the lock is given
   * up.
   */
  void complete(UpdateFuture<?> update) {
    if (!lock.isHeldByCurrentThread()) {
      update.complete();
      return;
    }
    update.next = settled.get(); // Only the holder of the lock adds.
    while (!settled.compareAndSet(update.next, update)) {
      update.next = settled.get();
    }
  }

  /** Takes all at once: code that depends on the first may append, and come here again. */
  private void completeSettled() {
    UpdateFuture<?> taken = settled.getAndSet(null);
    UpdateFuture<?> first = null;
    while (taken != null) {
      UpdateFuture<?> following = taken.next;
      taken.next = first;
      first = taken;
      taken = following;
    }
    while (first != null) {
      UpdateFuture<?> following = first.next;
      try {
        first.complete();
      } catch (Throwable e) {
        completeLater(first);
        throw e;
      }
      first = following;
    }
  }

  /** Puts back what is left, for the caller of {@link #completeSettled}. */
  private void completeLater(UpdateFuture<?> left) {
    for (UpdateFuture<?> each = left; each != null; ) {
      UpdateFuture<?> following = each.next;
      UpdateFuture<?> head = settled.get();
      do {
        head = settled.get();
        each.next = head;
      } while (!settled.compareAndSet(head, each));
      each = following;
    }
  }
}
