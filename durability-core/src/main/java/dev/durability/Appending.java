package dev.durability;

import dev.durability.threads.StackRoom;
import dev.durability.threads.StackSafeLock;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The lock that puts updates in the order of their ids, and the futures that a thread settled while
 * it held the lock. They complete after the lock was given up, because code that depends on them
 * may wait for other threads that want it.
 *
 * <p>Such code may append updates, and settle others to make room for its own. It does not complete
 * them itself: what depends on them could do the same, until the stack ends. It {@linkplain
 * #leaveSettledTo leaves} them to its own update, and they complete when that one does.
 */
final class Appending {
  private final StackSafeLock lock = new StackSafeLock();
  private final AtomicReference<@Nullable UpdateFuture<?>> settled = new AtomicReference<>();

  /**
   * Set on a thread while it completes futures to make room, or that were settled with the lock.
   */
  private final ThreadLocal<Boolean> completing = new ThreadLocal<>();

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

  /** Whether this thread is in code that depends on a future which it completes here. */
  boolean isCompleting() {
    return completing.get() != null;
  }

  /** Runs something that completes futures, on a thread that does not do so already. */
  <R> R completing(Guard.Body<R> body) throws IOException {
    long unused = StackRoom.prove(); // The mark has to go again.
    try {
      completing.set(true);
      R result = body.run();
      completing.remove();
      return result;
    } catch (Throwable e) {
      completing.remove();
      throw e;
    }
  }

  /**
   * Completes a settled update. If this thread holds the lock, that waits until the lock is given
   * up.
   */
  void complete(UpdateFuture<?> update) {
    if (lock.isHeldByCurrentThread()) {
      push(update);
    } else if (update.before == null) {
      update.complete();
    } else {
      completeAll(update);
    }
  }

  /**
   * What this thread has settled completes before an update that is about to be appended, once that
   * is settled. With the lock held.
   */
  void leaveSettledTo(UpdateFuture<?> update) {
    update.before = settled.getAndSet(null);
  }

  /** Takes back what was left to an update that was not appended. With the lock held. */
  void takeBack(UpdateFuture<?> update) {
    UpdateFuture<?> left = update.before;
    update.before = null;
    completeLater(left);
  }

  /** The same for one that was broken off: without the lock, completes them here. */
  void completeThoseBefore(UpdateFuture<?> update) {
    takeBack(update);
    if (!lock.isHeldByCurrentThread()) {
      completeSettled();
    }
  }

  private void completeSettled() {
    if (settled.get() != null) {
      long unused = StackRoom.prove(); // Before anything is taken.
      completeAll(null);
    }
  }

  /**
   * Completes an update, or all that are settled, each after those that were left to it. Takes all
   * at once: code that depends on the first may append, and come here again.
   */
  private void completeAll(@Nullable UpdateFuture<?> update) {
    boolean isOutermost = !isCompleting();
    UpdateFuture<?> left = null;
    try {
      completing.set(true);
      UpdateFuture<?> taken = update != null ? update : settled.getAndSet(null);
      while (taken != null || left != null) {
        UpdateFuture<?> first = left;
        if (taken != null) { // What was taken begins with the last: it goes in front of the rest.
          UpdateFuture<?> following = taken.next;
          taken.next = left;
          left = taken;
          taken = following;
        } else if (first != null && first.before != null) {
          taken = first.before;
          first.before = null;
        } else if (first != null) {
          UpdateFuture<?> following = first.next;
          first.complete();
          left = following;
        }
      }
      if (isOutermost) {
        completing.remove();
      }
    } catch (Throwable e) {
      try {
        completeLater(left);
      } finally {
        if (isOutermost) {
          completing.remove();
        }
      }
      throw e;
    }
  }

  /** Puts back what is left, for the next who gives up the lock. */
  private void completeLater(@Nullable UpdateFuture<?> left) {
    for (UpdateFuture<?> each = left; each != null; ) {
      UpdateFuture<?> following = each.next;
      push(each);
      each = following;
    }
  }

  private void push(UpdateFuture<?> update) {
    UpdateFuture<?> head = settled.get();
    do {
      head = settled.get();
      update.next = head;
    } while (!settled.compareAndSet(head, update));
  }
}
