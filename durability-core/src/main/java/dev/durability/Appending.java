package dev.durability;

import dev.durability.threads.StackRoom;
import dev.durability.threads.StackSafeLock;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The lock that keeps decisions apart from other updates, and updates that do not wait from each
 * other; and the futures of updates that are settled and have yet to be completed. Updates that
 * wait do not take the lock, unless a decision is being made.
 *
 * <p><b>Who completes a future</b> runs code that depends on it, which may call this state, so may
 * wait for its locks, and for rounds of the log. So:
 *
 * <ul>
 *   <li>No thread completes a future while it holds a lock of this state or of the log. What it
 *       settles with this lock held, it completes afterwards. What would be completed while a
 *       checkpoint is published, the log leaves to its own thread: see {@link
 *       dev.durability.commit.GroupCommit#leavingDependentsWhile}.
 *   <li>No lock and no round waits for a thread that completes futures: others lead, and who asks
 *       for a future relies on no other thread.
 *   <li>A thread that completes futures does not begin anew in code that depends on one of them. It
 *       goes on once that code returns. So the stack does not grow, whatever such code appends.
 * </ul>
 *
 * <p>Such a wait therefore ends, unless it is for other code that depends on an update. If an Error
 * breaks off completing, what is left is put back, and completes before the next call ends that
 * takes this lock, or with the next future.
 */
final class Appending {
  private final StackSafeLock lock = new StackSafeLock();
  private final BooleanSupplier isPublishing;
  private final AtomicReference<@Nullable UpdateFuture<?>> settled = new AtomicReference<>();
  private final ThreadLocal<Completing> completing = ThreadLocal.withInitial(Completing::new);

  /** Whether a thread completes futures. */
  private static final class Completing {
    private boolean isUnderWay;
  }

  /**
   * @param isPublishing whether this thread holds the lock under which checkpoints are published
   */
  Appending(BooleanSupplier isPublishing) {
    this.isPublishing = isPublishing;
  }

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

  /** Whether others may wait for this thread, so that it must complete nothing. */
  boolean isToLeaveDependents() {
    return lock.isHeldByCurrentThread() || isPublishing.getAsBoolean();
  }

  /**
   * A future is settled: completes it, and all others that are. If this thread cannot, or does so
   * already further up, that is done later.
   */
  void complete(UpdateFuture<?> update) {
    push(update);
    if (isToComplete()) {
      completeAll(); // The log made sure of enough stack.
    }
  }

  /** Completes all that are settled, unless this thread must not, or does so already. */
  void completeSettled() {
    if (settled.get() != null && isToComplete()) {
      long unused = StackRoom.proveForCallbacks(); // Before anything is taken.
      completeAll();
    }
  }

  private boolean isToComplete() {
    return !isToLeaveDependents() && !completing.get().isUnderWay;
  }

  private void completeAll() {
    Completing mine = completing.get();
    UpdateFuture<?> left = null;
    try {
      mine.isUnderWay = true;
      UpdateFuture<?> taken = settled.getAndSet(null);
      while (taken != null || left != null) {
        UpdateFuture<?> first = left;
        if (taken != null) { // What was taken begins with the last.
          UpdateFuture<?> following = taken.next;
          taken.next = left;
          left = taken;
          taken = following;
        } else if (first != null) {
          UpdateFuture<?> following = first.next;
          first.complete();
          left = following;
          taken = following == null ? settled.getAndSet(null) : null;
        }
      }
      mine.isUnderWay = false;
    } catch (Throwable e) {
      mine.isUnderWay = false;
      putBack(left);
      throw e;
    }
  }

  private void putBack(@Nullable UpdateFuture<?> left) {
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
