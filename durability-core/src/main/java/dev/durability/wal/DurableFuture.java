package dev.durability.wal;

import dev.durability.commit.Asker;
import dev.durability.commit.FutureWaiter;
import dev.durability.commit.GroupCommit;
import dev.durability.errors.DurabilityException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The future of an entry that waits for group commit. A thread that waits for it does so as {@link
 * GroupCommit#await} says. If that thread must not run what depends on it, it learns the outcome
 * before the future completes.
 */
final class DurableFuture extends AppendFuture implements FutureWaiter {
  private final long position;
  private final GroupCommit commits;
  private volatile @Nullable DurabilityException failure;
  private volatile @Nullable Asker asker;

  /**
   * @param entryId the entry
   * @param position its position among all appends
   * @param commits what makes it durable
   */
  DurableFuture(long entryId, long position, GroupCommit commits) {
    super(entryId);
    this.position = position;
    this.commits = commits;
  }

  @Override
  public long target() {
    return position;
  }

  @Override
  public void fail(DurabilityException why) {
    failure = why;
  }

  @Override
  public @Nullable DurabilityException failure() {
    return failure;
  }

  @Override
  public void settle(@Nullable DurabilityException why) {
    if (why == null) {
      succeed();
    } else {
      completeExceptionally(why);
    }
  }

  @Override
  public @Nullable Asker asker() {
    return asker;
  }

  @Override
  public void asker(@Nullable Asker first) {
    asker = first;
  }

  @Override
  public Long join() {
    try {
      boolean unused = isDone() || commits.await(this, Long.MAX_VALUE, false);
      return isDone() ? super.join() : known();
    } catch (InterruptedException | ExecutionException e) { // An interrupt does not end the wait.
      throw new CompletionException(e.getCause());
    }
  }

  @Override
  public Long get() throws InterruptedException, ExecutionException {
    boolean unused = isDone() || commits.await(this, Long.MAX_VALUE, true);
    return isDone() ? super.get() : known();
  }

  @Override
  public Long get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    boolean known = isDone() || commits.await(this, unit.toNanos(timeout), true);
    if (isDone()) {
      return super.get();
    }
    if (!known) {
      throw new TimeoutException();
    }
    return known();
  }

  /** What it will complete with: another thread does that. */
  private Long known() throws ExecutionException {
    DurabilityException why = commits.whyNot(this);
    if (why != null) {
      throw new ExecutionException(why);
    }
    return id();
  }
}
