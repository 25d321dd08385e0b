package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.Accounts;
import dev.durability.benchmarks.store.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Threads that read balances, while others withdraw. Each reader has a histogram of its own. */
final class BalanceReads extends Contestant {
  static final int READERS = 4;
  private static final int DIGITS = 3;

  private final Accounts accounts;
  private final int writers;
  private final byte[] memo = Entries.payload(Accounts.MEMO_BYTES);

  BalanceReads(Accounts accounts, Role role, int writers) {
    super(accounts.name(), role, accounts.reading());
    this.accounts = accounts;
    this.writers = writers;
  }

  @Override
  public void open(Path directory) throws Exception {
    accounts.open(directory, Promise.DURABLE);
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    AtomicBoolean readersAreDone = new AtomicBoolean();
    CountDownLatch ready = new CountDownLatch(writers + READERS);
    CountDownLatch go = new CountDownLatch(1);
    List<FutureTask<Void>> writing = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      writing.add(
          started(
              () -> {
                try {
                  accounts.append(memo);
                } finally {
                  ready.countDown();
                }
                while (!readersAreDone.get()) {
                  accounts.append(memo);
                }
                return null;
              }));
    }
    List<FutureTask<Histogram>> reading = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      reading.add(
          started(
              () -> {
                Histogram own = new Histogram(TimeUnit.MINUTES.toNanos(2), DIGITS);
                ready.countDown();
                go.await();
                read(operations / READERS, own);
                return own;
              }));
    }
    try {
      ready.await();
      long start = System.nanoTime();
      go.countDown();
      List<Histogram> read = new ArrayList<>();
      for (FutureTask<Histogram> reader : reading) {
        read.add(outcome(reader));
      }
      long nanos = System.nanoTime() - start;
      if (latencies != null) {
        read.forEach(latencies::add);
      }
      return nanos;
    } finally {
      readersAreDone.set(true);
      go.countDown();
      for (FutureTask<Void> writer : writing) {
        Void unused = outcome(writer);
      }
    }
  }

  private static <R extends @Nullable Object> FutureTask<R> started(Callable<R> task) {
    FutureTask<R> future = new FutureTask<>(task);
    new Thread(future, "accounts").start();
    return future;
  }

  private <R extends @Nullable Object> R outcome(FutureTask<R> task) throws InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(name() + " failed: " + e.getCause(), e.getCause());
    }
  }

  private void read(long operations, Histogram latencies) throws Exception {
    SplittableRandom random = new SplittableRandom();
    long least = Long.MAX_VALUE;
    long before = System.nanoTime();
    for (long i = 0; i < operations; i++) {
      least = Math.min(least, accounts.balance(random.nextInt(Accounts.COUNT)));
      long now = System.nanoTime();
      latencies.recordValue(Math.min(now - before, latencies.getHighestTrackableValue()));
      before = now;
    }
    if (operations > 0 && least <= 0) {
      throw new IOException(name() + " has a balance of " + least);
    }
  }

  @Override
  public void settle() throws Exception {
    accounts.settle();
  }

  @Override
  public int operationsMultiple() {
    return READERS;
  }

  @Override
  public void close() throws IOException {
    accounts.close();
  }
}
