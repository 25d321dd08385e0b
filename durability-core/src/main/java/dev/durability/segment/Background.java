package dev.durability.segment;

import java.io.Closeable;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The two threads that work on segment files in the background, while another thread leads. There
 * are two so that filling one file with zeros does not delay a file that is needed now. They end
 * when idle.
 */
public final class Background implements Executor, Closeable {
  private static final int THREADS = 2;

  private final ThreadPoolExecutor executor;

  public Background() {
    executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> new OfSegments(this, task));
    executor.allowCoreThreadTimeOut(true);
  }

  private static final class OfSegments extends Thread {
    private final Background owner;

    OfSegments(Background owner, Runnable task) {
      super(task, "durability-segments");
      this.owner = owner;
      setDaemon(true);
    }
  }

  /** Whether the current thread is one of them. */
  public boolean isOnItsThread() {
    return Thread.currentThread() instanceof OfSegments other && other.owner == this;
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }

  /** Runs a task that must be done: on this thread if there is no memory for another. */
  public void executeOrRun(Runnable task) {
    try {
      execute(task);
    } catch (OutOfMemoryError noThread) {
      task.run();
    }
  }

  /**
   * Waits until all tasks have ended, even if this thread is interrupted: once the log's lock is
   * given up, the files belong to another writer.
   */
  @Override
  public void close() {
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
