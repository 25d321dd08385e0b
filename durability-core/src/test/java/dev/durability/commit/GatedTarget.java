package dev.durability.commit;

import dev.durability.errors.OutcomeOpenException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Entries that are numbers. A sync waits until a test lets it pass. */
final class GatedTarget implements CommitTarget {
  private final Semaphore gate = new Semaphore(0);
  private final Semaphore arrivals = new Semaphore(0);

  /** What was done: {@code write 1-3}, {@code sync 3 by THREAD}, {@code mark 3}. */
  final List<String> steps = new CopyOnWriteArrayList<>();

  private long appended;
  private long taken;
  private long givenBack;
  private volatile long placed;
  private volatile long written;
  private volatile long durable;
  private volatile long promised;
  private volatile boolean open;

  /** What the next write, sync or mark throws. */
  volatile @Nullable IOException writeFailure;

  volatile @Nullable IOException syncFailure;
  volatile @Nullable IOException markFailure;

  /** How often what was written was flushed without a sync. */
  volatile int flushes;

  /** Whether an Error broke off an append. */
  volatile boolean broken;

  /** Done in each mark, before anything else. */
  volatile Runnable duringMark = () -> {};

  /** What asking for the last entry throws next. */
  volatile @Nullable Error appendedError;

  /** Appends an entry; with the lock. */
  long append() {
    return ++appended;
  }

  /** Waits until a sync has begun. */
  void awaitSync() {
    arrivals.acquireUninterruptibly();
  }

  /** Lets a sync end. */
  void letSyncEnd() {
    gate.release();
  }

  /** No sync waits any more. */
  void open() {
    open = true;
    gate.release(1000);
  }

  @Override
  public boolean isBroken() {
    return broken;
  }

  @Override
  public boolean isEmpty() {
    return appended == givenBack;
  }

  @Override
  public boolean isShort() {
    return false;
  }

  @Override
  public long appendedId() {
    return appended;
  }

  @Override
  public long appended() {
    Error error = appendedError;
    appendedError = null;
    if (error != null) {
      throw error;
    }
    return appended;
  }

  @Override
  public boolean take(boolean syncs) {
    taken = appended;
    return taken > placed;
  }

  @Override
  public void giveBackWritten() {
    givenBack = placed;
  }

  @Override
  public void giveBack() {
    givenBack = placed;
    taken = placed;
  }

  private static void fail(@Nullable IOException failure) throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void write() throws IOException {
    if (taken > placed) {
      IOException failure = writeFailure;
      writeFailure = null;
      fail(failure);
      steps.add("write " + (placed + 1) + "-" + taken);
      placed = taken;
    }
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread leads.
  public void flush() {
    flushes++;
    written = placed;
  }

  @Override
  public void sync() throws IOException {
    long synced = placed;
    if (!open) {
      arrivals.release();
      gate.acquireUninterruptibly();
    }
    fail(syncFailure);
    steps.add("sync " + synced + " by " + Thread.currentThread().getName());
    written = synced;
    durable = synced;
  }

  @Override
  public void mark() throws IOException {
    duringMark.run();
    IOException failure = markFailure;
    markFailure = null;
    if (failure instanceof OutcomeOpenException) {
      steps.add("mark failed");
    }
    fail(failure);
    promised = durable;
    steps.add("mark " + promised);
  }

  @Override
  public boolean owesPromise() {
    return durable > promised;
  }

  @Override
  public long placed() {
    return placed;
  }

  @Override
  public long written() {
    return written;
  }

  @Override
  public long durable() {
    return durable;
  }
}
