package dev.durability.examples.raft;

import io.microraft.executor.RaftNodeExecutor;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The thread and the clock of a member, for which time goes faster: MicroRaft counts heartbeats in
 * whole seconds, and a test that kills leaders would wait for most of its time.
 */
final class QuickTime extends Clock implements RaftNodeExecutor {
  private static final int FACTOR = 5;

  private final long startNanos = System.nanoTime();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "raft");
            made.setDaemon(true);
            return made;
          });

  @Override
  public void execute(Runnable task) {
    thread.execute(task);
  }

  @Override
  public void submit(Runnable task) {
    thread.execute(task);
  }

  @Override
  public void schedule(Runnable task, long delay, TimeUnit unit) {
    var unused = thread.schedule(task, unit.toNanos(delay) / FACTOR, TimeUnit.NANOSECONDS);
  }

  @Override
  public long millis() {
    return 1_000_000 + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos) * FACTOR;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("there is one zone");
  }

  /** Ends the thread, in the middle of whatever it does; waits until it has ended. */
  void stop() throws InterruptedException {
    thread.shutdownNow();
    if (!thread.awaitTermination(5, TimeUnit.MINUTES)) {
      throw new AssertionError("the thread of a member does not end");
    }
  }
}
