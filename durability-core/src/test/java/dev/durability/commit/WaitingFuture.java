package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A future that completes with the entry's id. Tests override how it is settled. */
class WaitingFuture extends CompletableFuture<Long> implements FutureWaiter {
  private final long position;
  private volatile @Nullable DurabilityException failure;
  private volatile @Nullable Asker asker;

  WaitingFuture(long position) {
    this.position = position;
  }

  @Override
  public long target() {
    return position;
  }

  @Override
  public long entryId() {
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
  public @Nullable Asker asker() {
    return asker;
  }

  @Override
  public void asker(@Nullable Asker first) {
    asker = first;
  }

  @Override
  public void settle(@Nullable DurabilityException why) {
    if (why == null) {
      complete(position);
    } else {
      completeExceptionally(why);
    }
  }
}
