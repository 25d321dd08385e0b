package dev.durability;

import dev.durability.AppliedState.Expected;
import dev.durability.wal.AppendFuture;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An update that completes once it is durable and applied, with its entry id or, if it is a
 * command, with its result. A thread that waits for it helps, because the thread that would
 * complete it may be this same one, in code that depends on another update.
 */
final class UpdateFuture<V extends @Nullable Object> extends CompletableFuture<V>
    implements BiConsumer<@Nullable Object, @Nullable Object> {
  private final Updates<?, ?> updates;
  private final Expected<?> expected;
  private volatile @Nullable AppendFuture durable;

  /** The next of the futures that are settled and have yet to be completed, without a lock. */
  @Nullable UpdateFuture<?> next;

  /** What completes before this one, the last first. Given to it before it is appended. */
  @Nullable UpdateFuture<?> before;

  private @Nullable Throwable outcome;
  private boolean follows;

  UpdateFuture(Updates<?, ?> updates, Expected<?> expected) {
    this.updates = updates;
    this.expected = expected;
  }

  /** The entry has its place in the log. */
  void appended(AppendFuture future) {
    durable = future;
  }

  /** Starts to wait. */
  void follow() {
    follows = true;
    CompletableFuture<?> unused = Objects.requireNonNull(durable).whenComplete(this);
  }

  /** Whether it has started to: then it completes what is {@link #before} it. */
  boolean follows() {
    return follows;
  }

  /**
   * The entry is durable, or failed. Runs on the thread that settled it. The types are those of the
   * erased method: a bridge to it would be a call outside of the {@code try}.
   */
  @Override
  public void accept(@Nullable Object id, @Nullable Object failure) {
    try {
      outcome = updates.outcome(expected, (Throwable) failure);
      updates.complete(this);
    } catch (Throwable e) {
      completeExceptionally(brokenOff(e));
    }
  }

  private Throwable brokenOff(Throwable e) {
    try {
      return updates.brokenOff(this, e);
    } catch (Throwable again) {
      return e; // Nobody is left waiting because there is no memory to say more.
    }
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // Of the type that the entry has; may be null.
  private V value() {
    return (V) expected.value();
  }

  /** Completes it; code that depends on it runs here. */
  void complete() {
    Throwable failure = outcome;
    if (failure == null) {
      complete(value());
    } else {
      completeExceptionally(failure);
    }
  }

  @Override
  public V join() {
    if (!isDone()) {
      updates.refuseWithinCallback();
      try {
        Long unused = Objects.requireNonNull(durable).join();
        settled(null);
      } catch (CompletionException e) {
        settled(e.getCause());
      }
    }
    return super.join();
  }

  @Override
  public V get() throws InterruptedException, ExecutionException {
    if (!isDone()) {
      updates.refuseWithinCallback();
      try {
        Long unused = Objects.requireNonNull(durable).get();
        settled(null);
      } catch (ExecutionException e) {
        settled(e.getCause());
      }
    }
    return super.get();
  }

  @Override
  public V get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!isDone()) {
      updates.refuseWithinCallback();
      try {
        Long unused = Objects.requireNonNull(durable).get(timeout, unit);
        settled(null);
      } catch (ExecutionException e) {
        settled(e.getCause());
      }
    }
    return super.get(timeout, unit);
  }

  /** Completes it here: another thread that is about to complete it may be waiting for this one. */
  private void settled(@Nullable Throwable failure) {
    Throwable result = updates.outcome(expected, failure);
    if (result == null) {
      complete(value());
    } else {
      completeExceptionally(result);
    }
  }
}
