package dev.durability;

import dev.durability.threads.StackSafeLock;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The lock that puts updates in the order of their ids, and the futures that were settled by a
 * thread that held it. They are completed when it was given up: what depends on them may wait for
 * others who want it.
 */
final class Appending {
  private final StackSafeLock lock = new StackSafeLock();
  private final AtomicReference<@Nullable UpdateFuture> settled = new AtomicReference<>();

  /** Runs something with the lock, and then what became complete meanwhile. */
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
   * Completes an update that is settled. If this thread holds the lock, that waits until it does
   * not.
   */
  void complete(UpdateFuture update) {
    if (!lock.isHeldByCurrentThread()) {
      update.complete();
      return;
    }
    update.next = settled.get(); // Only who holds the lock adds.
    while (!settled.compareAndSet(update.next, update)) {
      update.next = settled.get();
    }
  }

  /** All at once: what depends on the first may append, and come here again. */
  private void completeSettled() {
    UpdateFuture taken = settled.getAndSet(null);
    UpdateFuture first = null;
    while (taken != null) {
      UpdateFuture following = taken.next;
      taken.next = first;
      first = taken;
      taken = following;
    }
    while (first != null) {
      UpdateFuture following = first.next;
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
  private void completeLater(UpdateFuture left) {
    for (UpdateFuture each = left; each != null; ) {
      UpdateFuture following = each.next;
      UpdateFuture head = settled.get();
      do {
        head = settled.get();
        each.next = head;
      } while (!settled.compareAndSet(head, each));
      each = following;
    }
  }
}
