package dev.durability;

import dev.durability.AppliedState.Progress;
import dev.durability.threads.StackSafeLock;
import dev.durability.wal.WalObserver;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Writes checkpoints when the policy says so, each on a thread of its own, one at a time, so that
 * no update waits for one. One that fails, or whose thread cannot start, is told to the observer
 * and to the thread's uncaught exception handler; the log still holds everything, and the next is
 * due as much later.
 */
@SuppressWarnings("LockNotBeforeTry") // Given up also where an Error comes after it is taken.
final class BackgroundCheckpoints {
  private final CheckpointPolicy policy;
  private final WalObserver observer;
  private final ThreadFactory threads;
  private final Callable<?> checkpoint;
  private final StackSafeLock lock = new StackSafeLock();
  private volatile long checkpointId;
  private volatile @Nullable Throwable lastFailure;
  private Progress seen;

  /** What was applied when the last checkpoint was taken, or was tried. */
  private Progress base = new Progress(0, 0);

  /** Set once it has started, until it has nothing to do any more. */
  private @Nullable Thread worker;

  private boolean closed;

  BackgroundCheckpoints(
      CheckpointPolicy policy,
      WalObserver observer,
      ThreadFactory threads,
      Callable<?> checkpoint,
      long checkpointId,
      Progress replayed) {
    this.policy = policy;
    this.observer = observer;
    this.threads = threads;
    this.checkpoint = checkpoint;
    this.checkpointId = checkpointId;
    this.seen = replayed;
  }

  /** {@return a thread to work on} */
  static Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "durability-checkpoint");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Entries were applied. Calls may come out of order. It throws nothing: what calls it has done
   * what it was to do.
   */
  void progressed(Progress now) {
    Throwable failure = null;
    try {
      lock.lock();
      seen = later(seen, now);
      if (worker == null && isDue()) {
        failure = start();
      }
      lock.unlock();
    } catch (Throwable e) {
      failure = e;
      unlock();
    }
    if (failure != null) {
      failed(failure);
    }
  }

  private static Progress later(Progress one, Progress other) {
    return one.entries() >= other.entries() ? one : other;
  }

  private boolean isDue() {
    return !closed && policy.isDue(seen.entries() - base.entries(), seen.bytes() - base.bytes());
  }

  /** Returns why no thread could start, or null. */
  private @Nullable Throwable start() {
    base = seen; // If this fails, the next is due as much later.
    try {
      Thread started = threads.newThread(this::work);
      started.start();
      worker = started;
      return null;
    } catch (Throwable noThread) {
      return noThread;
    }
  }

  /** On the thread: writes one, and goes on while another is due. */
  private void work() {
    boolean more = true;
    while (more) {
      try {
        Object unused = checkpoint.call();
      } catch (Throwable e) {
        failed(e);
      }
      more = continues();
    }
  }

  /** Whether as much was applied meanwhile that the next is due. If not, the thread ends. */
  private boolean continues() {
    boolean more = false;
    try {
      lock.lock();
      more = isDue();
      base = more ? seen : base;
      worker = more ? worker : null;
      lock.unlock();
    } catch (Throwable e) {
      unlock();
      ended();
      failed(e);
      more = false;
    }
    return more;
  }

  private void ended() {
    lock.lock();
    worker = null;
    unlock();
  }

  private void unlock() {
    while (lock.isHeldByCurrentThread()) {
      lock.unlock();
    }
  }

  /** Nobody waits for it: tells the observer, and the handler. */
  @SuppressWarnings("EmptyCatch")
  private void failed(Throwable e) {
    try {
      lastFailure = e;
      tellObserver(e);
      report(e);
    } catch (Throwable ofTheHandler) {
      // The virtual machine ignores what a handler throws; so does the state.
    }
  }

  private void tellObserver(Throwable e) {
    try {
      observer.onCheckpointFailed(e);
    } catch (Throwable ofTheObserver) {
      report(ofTheObserver);
    }
  }

  private static void report(Throwable e) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
  }

  /** A checkpoint is durable, by this or on demand. */
  void checkpointWritten(long lastEntryId, Progress contained) {
    try {
      lock.lock();
      seen = later(seen, contained);
      base = later(base, contained);
      checkpointId = Math.max(checkpointId, lastEntryId);
      lastFailure = null;
      lock.unlock();
    } catch (Throwable e) {
      unlock();
      throw e;
    }
  }

  /** One on demand failed; its caller was told. */
  void checkpointFailed(Throwable e) {
    lastFailure = e;
  }

  /** The last entry that the newest checkpoint contains. */
  long checkpointId() {
    return checkpointId;
  }

  /** Why the last checkpoint failed, or null if it did not. */
  @Nullable Throwable lastFailure() {
    return lastFailure;
  }

  /** Whether this thread is the one that {@link #close} waits for. */
  boolean isOnItsThread() {
    boolean its;
    try {
      lock.lock();
      its = worker == Thread.currentThread();
      lock.unlock();
    } catch (Throwable e) {
      unlock();
      throw e;
    }
    return its;
  }

  /** Waits for the one that is being written, whatever interrupts, and starts no other. */
  void close() {
    Thread left;
    try {
      lock.lock();
      closed = true;
      left = worker;
      lock.unlock();
    } catch (Throwable e) {
      unlock();
      throw e;
    }
    boolean interrupted = false;
    while (left != null && left.isAlive()) {
      try {
        left.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
