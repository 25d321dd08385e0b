package dev.durability;

import dev.durability.AppliedState.Progress;
import dev.durability.threads.StackSafeLock;
import java.io.Closeable;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Writes checkpoints when the policy says so, on a thread of its own, so that no update waits for
 * one. One that fails is reported to that thread's uncaught exception handler; the log still holds
 * everything, and the next is due as much later.
 */
final class BackgroundCheckpoints implements Closeable {
  private final CheckpointPolicy policy;
  private final Callable<?> checkpoint;
  private final ExecutorService executor;
  private final StackSafeLock lock = new StackSafeLock();
  private long checkpointId;
  private Progress seen;

  /** What was applied when the last checkpoint was taken, or was tried. */
  private Progress base = new Progress(0, 0);

  private boolean underway;
  private boolean closed;

  BackgroundCheckpoints(
      CheckpointPolicy policy, Callable<?> checkpoint, long checkpointId, Progress replayed) {
    this.policy = policy;
    this.checkpoint = checkpoint;
    this.checkpointId = checkpointId;
    this.seen = replayed;
    ThreadPoolExecutor one =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "durability-checkpoint");
              thread.setDaemon(true);
              return thread;
            });
    one.allowCoreThreadTimeOut(true);
    this.executor = one;
  }

  /** Entries were applied. Calls may come out of order. */
  void progressed(Progress now) {
    lock.lock();
    try {
      seen = later(seen, now);
      startIfDue();
    } finally {
      lock.unlock();
    }
  }

  private static Progress later(Progress one, Progress other) {
    return one.entries() >= other.entries() ? one : other;
  }

  private void startIfDue() {
    if (!underway
        && !closed
        && policy.isDue(seen.entries() - base.entries(), seen.bytes() - base.bytes())) {
      underway = true;
      base = seen;
      executor.execute(this::run);
    }
  }

  private void run() {
    try {
      Object unused = checkpoint.call();
    } catch (Throwable e) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    } finally {
      lock.lock();
      try {
        underway = false;
        startIfDue(); // As much may have been applied meanwhile.
      } finally {
        lock.unlock();
      }
    }
  }

  /** A checkpoint is durable, by this or on demand. */
  void checkpointWritten(long lastEntryId, Progress contained) {
    lock.lock();
    try {
      checkpointId = Math.max(checkpointId, lastEntryId);
      seen = later(seen, contained);
      base = later(base, contained);
    } finally {
      lock.unlock();
    }
  }

  /** The last entry that the newest checkpoint contains. */
  long checkpointId() {
    lock.lock();
    try {
      return checkpointId;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the one that is being written, and starts no other. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    executor.shutdown();
    boolean interrupted = false;
    boolean done = false;
    while (!done) {
      try {
        done = executor.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
