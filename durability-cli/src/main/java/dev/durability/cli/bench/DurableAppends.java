package dev.durability.cli.bench;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Threads that append and wait until each entry is durable. */
final class DurableAppends implements Subject {
  private final PreparedLog log;
  private final byte[] payload;
  private final int threads;

  /**
   * Makes the subject.
   *
   * @param log where to; others append to it in their turns, and it is not closed here
   * @param payload an entry
   * @param threads how many append at the same time
   */
  DurableAppends(PreparedLog log, byte[] payload, int threads) {
    this.log = log;
    this.payload = payload.clone();
    this.threads = threads;
  }

  @Override
  public String name() {
    return "append-" + threads;
  }

  @Override
  public String title() {
    return "appendDurable, " + threads + (threads == 1 ? " thread" : " threads");
  }

  @Override
  public Work run(Slice slice) throws IOException {
    if (threads == 1) {
      long start = System.nanoTime();
      long operations = append(slice);
      return new Work(operations, System.nanoTime() - start);
    }
    CountDownLatch ready = new CountDownLatch(threads);
    CountDownLatch go = new CountDownLatch(1);
    AtomicLong operations = new AtomicLong();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread[] appenders = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      appenders[i] =
          new Thread(
              () -> {
                try {
                  ready.countDown();
                  go.await();
                  operations.addAndGet(append(slice));
                } catch (Throwable e) {
                  failure.compareAndSet(null, e);
                }
              },
              "appender");
      appenders[i].start();
    }
    long nanos = nanosOf(slice, ready, go, appenders);
    if (failure.get() != null) {
      throw failureOf(failure.get());
    }
    return new Work(operations.get(), nanos);
  }

  private static long nanosOf(
      Slice slice, CountDownLatch ready, CountDownLatch go, Thread[] appenders) throws IOException {
    try {
      ready.await();
      slice.restart();
      long start = System.nanoTime();
      go.countDown();
      for (Thread appender : appenders) {
        appender.join();
      }
      return System.nanoTime() - start;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while threads append", e);
    }
  }

  private static IOException failureOf(@Nullable Throwable failure) {
    return failure instanceof IOException e
        ? e
        : new IOException("a thread that appends failed: " + failure, failure);
  }

  private long append(Slice slice) throws IOException {
    long operations = 0;
    long before = System.nanoTime();
    do {
      log.writer().appendDurable(payload);
      long now = System.nanoTime();
      slice.record(now - before);
      before = now;
      operations++;
    } while (!slice.isOver());
    return operations;
  }

  @Override
  public void settle() throws IOException {
    log.settle();
  }

  @Override
  public void close() {}
}
