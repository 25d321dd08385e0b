package dev.durability;

import java.io.Closeable;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes checkpoints when the policy says so, on a thread of its own, so that no update waits for
 * one. One that fails is reported to that thread's uncaught exception handler; the log still holds
 * everything, and the next is due as much later.
 */
final class BackgroundCheckpoints implements Closeable {
  private final CheckpointPolicy policy;
  private final Callable<?> checkpoint;
  private final ExecutorService executor;
  private final ReentrantLock lock = new ReentrantLock();
  private long checkpointId;
  private long entriesSince;
  private long bytesSince;
  private boolean underway;
  private boolean closed;

  BackgroundCheckpoints(
      CheckpointPolicy policy,
      Callable<?> checkpoint,
      long checkpointId,
      long entriesSince,
      long bytesSince) {
    this.policy = policy;
    this.checkpoint = checkpoint;
    this.checkpointId = checkpointId;
    this.entriesSince = entriesSince;
    this.bytesSince = bytesSince;
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

  /** An entry was applied. */
  void entryApplied(long bytes) {
    lock.lock();
    try {
      entriesSince++;
      bytesSince += bytes;
      if (!underway && !closed && policy.isDue(entriesSince, bytesSince)) {
        underway = true;
        entriesSince = 0;
        bytesSince = 0;
        executor.execute(this::run);
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      Object unused = checkpoint.call();
    } catch (Exception e) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
    lock.lock();
    try {
      underway = false;
    } finally {
      lock.unlock();
    }
  }

  /** A checkpoint is durable, by this or on demand. */
  void checkpointWritten(long lastEntryId) {
    lock.lock();
    try {
      checkpointId = lastEntryId;
      if (!underway) {
        entriesSince = 0;
        bytesSince = 0;
      }
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
