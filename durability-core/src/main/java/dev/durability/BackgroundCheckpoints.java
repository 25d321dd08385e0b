package dev.durability;

import dev.durability.AppliedState.Progress;
import dev.durability.threads.StackSafeLock;
import dev.durability.wal.WalObserver;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Writes checkpoints when the policy says so, one at a time, each on a thread of its own, so that
 * no update waits for one. If a checkpoint fails or its thread cannot start, the observer and the
 * thread's uncaught exception handler are told. The log still holds everything, and the next
 * checkpoint is due an interval later.
 */
@SuppressWarnings("LockNotBeforeTry") // Given up even if an Error comes after it is taken.
final class BackgroundCheckpoints {
  private final CheckpointPolicy policy;
  private final WalObserver observer;
  private final ThreadFactory threads;
  private final Callable<?> checkpoint;
  private final StackSafeLock lock = new StackSafeLock();
  private volatile long checkpointId;
  private volatile @Nullable Throwable lastFailure;
  private Progress seen;

  /** What was applied when the last checkpoint was written or attempted. */
  private Progress base = new Progress(0, 0);

  /** The thread, from its start until it has nothing left to do. */
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

  /** {@return a thread for the work} */
  static Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "durability-checkpoint");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Entries were applied. Calls may come out of order. It throws nothing, because its caller has
   * already done its work.
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
    base = seen; // If this one fails, the next is due an interval later.
    try {
      Thread started = threads.newThread(this::work);
      started.start();
      worker = started;
      return null;
    } catch (Throwable noThread) {
      return noThread;
    }
  }

  /** Runs on the thread: writes a checkpoint, and goes on while another is due. */
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

  /** Whether so much was applied meanwhile that the next one is due. If not, the thread ends. */
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

  /** No caller waits for it: tells the observer and the handler. */
  @SuppressWarnings("EmptyCatch")
  private void failed(Throwable e) {
    try {
      lastFailure = e;
      tellObserver(e);
      report(e);
    } catch (Throwable ofTheHandler) {
      // The JVM ignores what a handler throws, and so does the state.
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

  /** A checkpoint is durable, written by this class or on demand. */
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

  /** A checkpoint on demand failed; its caller got the exception. */
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

  /** Waits for the checkpoint that is being written, despite interrupts, and starts no other. */
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
