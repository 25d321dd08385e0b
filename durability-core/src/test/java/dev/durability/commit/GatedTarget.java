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

  private long appendedId;
  private long takenId;
  private long givenBackId;
  private volatile long writtenId;
  private volatile long durableId;
  private volatile long promisedId;
  private volatile boolean open;

  /** What the next write, sync or mark throws. */
  volatile @Nullable IOException writeFailure;

  volatile @Nullable IOException syncFailure;
  volatile @Nullable IOException markFailure;

  /** What asking for the last entry throws next. */
  volatile @Nullable Error appendedIdError;

  /** Appends an entry; with the lock. */
  long append() {
    return ++appendedId;
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
    return false;
  }

  @Override
  public boolean isEmpty() {
    return appendedId == givenBackId;
  }

  @Override
  public boolean isShort() {
    return false;
  }

  @Override
  public long appendedId() {
    Error error = appendedIdError;
    appendedIdError = null;
    if (error != null) {
      throw error;
    }
    return appendedId;
  }

  @Override
  public boolean take(boolean syncs) {
    takenId = appendedId;
    return takenId > writtenId;
  }

  @Override
  public void giveBackWritten() {
    givenBackId = writtenId;
  }

  @Override
  public void giveBack() {
    givenBackId = writtenId;
    takenId = writtenId;
  }

  private static void fail(@Nullable IOException failure) throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void write(boolean syncs) throws IOException {
    if (takenId > writtenId) {
      IOException failure = writeFailure;
      writeFailure = null;
      fail(failure);
      steps.add("write " + (writtenId + 1) + "-" + takenId);
      writtenId = takenId;
    }
  }

  @Override
  public void sync() throws IOException {
    long synced = writtenId;
    if (!open) {
      arrivals.release();
      gate.acquireUninterruptibly();
    }
    fail(syncFailure);
    steps.add("sync " + synced + " by " + Thread.currentThread().getName());
    durableId = synced;
  }

  @Override
  public void mark() throws IOException {
    IOException failure = markFailure;
    markFailure = null;
    if (failure instanceof OutcomeOpenException) {
      steps.add("mark failed");
    }
    fail(failure);
    promisedId = durableId;
    steps.add("mark " + promisedId);
  }

  @Override
  public boolean owesPromise() {
    return durableId > promisedId;
  }

  @Override
  public long writtenId() {
    return writtenId;
  }

  @Override
  public long durableId() {
    return durableId;
  }
}
