package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.CannotRunException;
import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Threads that append to a store and wait for each entry. */
final class Appends extends Contestant {
  private final Store store;
  private final Promise promise;
  private final Threads threads;
  private final byte[] payload;
  private final long operationsMax;

  Appends(
      Store store,
      Role role,
      Promise promise,
      Threads threads,
      byte[] payload,
      long operationsMax) {
    super(store.name(), role, store.guarantee(promise));
    this.store = store;
    this.promise = promise;
    this.threads = threads;
    this.payload = payload.clone();
    this.operationsMax = operationsMax;
  }

  @Override
  public void open(Path directory) throws Exception {
    store.open(directory, promise);
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    if (threads.count() == 1) {
      long start = System.nanoTime();
      append(operations, promise == Promise.DURABLE ? latencies : null);
      if (promise == Promise.UNSYNCED) {
        store.flush();
      }
      return System.nanoTime() - start;
    }
    CountDownLatch ready = new CountDownLatch(threads.count());
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(threads.count());
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    for (int i = 0; i < threads.count(); i++) {
      threads.start(
          () -> {
            try {
              ready.countDown();
              go.await();
              append(operations / threads.count(), latencies);
            } catch (Throwable e) {
              failure.compareAndSet(null, e);
            } finally {
              done.countDown();
            }
          });
    }
    ready.await();
    long start = System.nanoTime();
    go.countDown();
    done.await();
    long nanos = System.nanoTime() - start;
    Throwable first = failure.get();
    if (first != null) {
      throw new IllegalStateException(name() + " failed: " + first.getMessage(), first);
    }
    return nanos;
  }

  private void append(long operations, @Nullable Histogram latencies) throws Exception {
    if (latencies == null) {
      for (long i = 0; i < operations; i++) {
        store.append(payload);
      }
      return;
    }
    long before = System.nanoTime();
    for (long i = 0; i < operations; i++) {
      store.append(payload);
      long now = System.nanoTime();
      latencies.recordValue(Math.min(now - before, latencies.getHighestTrackableValue()));
      before = now;
    }
  }

  @Override
  public void settle() throws Exception {
    store.settle();
  }

  @Override
  public int operationsMultiple() {
    return threads.count();
  }

  @Override
  public long operationsMax() {
    return operationsMax;
  }

  @Override
  public void close() throws IOException {
    store.close();
  }

  /** How many threads, of which kind. */
  interface Threads {
    int count();

    void start(Runnable task) throws CannotRunException;

    static Threads platform(int count) {
      return new Threads() {
        @Override
        public int count() {
          return count;
        }

        @Override
        public void start(Runnable task) {
          new Thread(task, "appender").start();
        }
      };
    }

    /** Virtual threads, which this class, of Java 17, knows by name alone. */
    static Threads virtual(int count) {
      return new Threads() {
        @Override
        public int count() {
          return count;
        }

        @Override
        public void start(Runnable task) throws CannotRunException {
          try {
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
          } catch (ReflectiveOperationException e) {
            throw new CannotRunException(virtualMissing());
          }
        }
      };
    }

    static String virtualMissing() {
      return "virtual threads need Java 21 or later, here is " + Runtime.version().feature();
    }
  }
}
