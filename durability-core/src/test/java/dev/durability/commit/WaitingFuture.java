package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A future that completes with the entry's id. Tests override how it is settled. */
class WaitingFuture extends CompletableFuture<Long> implements FutureWaiter {
  private final long targetId;
  private volatile @Nullable DurabilityException failure;

  WaitingFuture(long targetId) {
    this.targetId = targetId;
  }

  @Override
  public long targetId() {
    return targetId;
  }

  @Override
  public boolean wantsSync() {
    return true;
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
      complete(targetId);
    } else {
      completeExceptionally(why);
    }
  }
}
