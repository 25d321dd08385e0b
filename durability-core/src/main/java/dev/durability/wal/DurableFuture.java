package dev.durability.wal;

import dev.durability.commit.FutureWaiter;
import dev.durability.errors.DurabilityException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The future of an entry that waits for group commit. A thread that waits for the future helps
 * first, if nobody else can settle it: see {@link dev.durability.commit.GroupCommit#help}.
 */
final class DurableFuture extends AppendFuture implements FutureWaiter {
  private final long position;
  private final Consumer<FutureWaiter> help;
  private volatile @Nullable DurabilityException failure;

  /**
   * @param entryId the entry
   * @param position its position among all appends
   * @param help what to do before the current thread waits
   */
  DurableFuture(long entryId, long position, Consumer<FutureWaiter> help) {
    super(entryId);
    this.position = position;
    this.help = help;
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
  public Long join() {
    help.accept(this);
    return super.join();
  }

  @Override
  public Long get() throws InterruptedException, ExecutionException {
    help.accept(this);
    return super.get();
  }

  @Override
  public Long get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    help.accept(this);
    return super.get(timeout, unit);
  }
}
