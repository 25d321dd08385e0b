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
 * command, with its result. A thread that asks for it makes it durable and applies it itself, if
 * need be, and completes it; the thread that would do so may wait for this one, or be this one. If
 * the asking thread must not run what depends on it, it learns the outcome before it completes: see
 * {@link Appending}.
 */
final class UpdateFuture<V extends @Nullable Object> extends CompletableFuture<V>
    implements BiConsumer<@Nullable Object, @Nullable Object> {
  private final Updates<?, ?> updates;
  private final Expected<?> expected;
  private volatile @Nullable AppendFuture durable;

  /** The next of the futures that are settled and have yet to be completed, without a lock. */
  @Nullable UpdateFuture<?> next;

  /** Assigned by the thread that settles it. */
  private @Nullable Throwable outcome;

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
    CompletableFuture<?> unused = Objects.requireNonNull(durable).whenComplete(this);
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
      return updates.brokenOff(e);
    } catch (Throwable again) {
      return e; // Nobody is left waiting because there is no memory to say more.
    }
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // Of the type that the entry has; may be null.
  private V value() {
    return (V) expected.value();
  }

  /** Completes it with what {@link #accept} found; code that depends on it runs here. */
  void complete() {
    complete(outcome);
  }

  private void complete(@Nullable Throwable failure) {
    if (failure == null) {
      complete(value());
    } else {
      completeExceptionally(failure);
    }
  }

  @Override
  public V join() {
    if (isDone()) {
      return super.join();
    }
    updates.refuseWithinCallback();
    Throwable failure = null;
    try {
      Long unused = Objects.requireNonNull(durable).join();
    } catch (CompletionException e) {
      failure = e.getCause();
    }
    Throwable why = updates.outcome(expected, failure);
    if (isCompleted(why)) {
      return super.join();
    }
    if (why != null) {
      throw new CompletionException(why);
    }
    return value();
  }

  @Override
  public V get() throws InterruptedException, ExecutionException {
    if (isDone()) {
      return super.get();
    }
    updates.refuseWithinCallback();
    Throwable failure = null;
    try {
      Long unused = Objects.requireNonNull(durable).get();
    } catch (ExecutionException e) {
      failure = e.getCause();
    }
    return applied(failure);
  }

  @Override
  public V get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (isDone()) {
      return super.get();
    }
    updates.refuseWithinCallback();
    Throwable failure = null;
    try {
      Long unused = Objects.requireNonNull(durable).get(timeout, unit);
    } catch (ExecutionException e) {
      failure = e.getCause();
    }
    return applied(failure);
  }

  private V applied(@Nullable Throwable failure) throws InterruptedException, ExecutionException {
    Throwable why = updates.outcome(expected, failure);
    if (isCompleted(why)) {
      return super.get();
    }
    if (why != null) {
      throw new ExecutionException(why);
    }
    return value();
  }

  /** Completes it here, unless others may wait for this thread: then another thread does. */
  private boolean isCompleted(@Nullable Throwable why) {
    if (updates.isToLeaveDependents()) {
      return false;
    }
    complete(why);
    return true;
  }
}
