package dev.durability;

import dev.durability.AppliedState.Expected;
import dev.durability.errors.DurabilityException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Updates that nobody waits for when they are appended. Their number and bytes are bounded. */
final class PendingUpdates<E> {
  private final Updates<?, E> updates;
  private final Appending appending;
  private final AppliedState<?, E> applied;
  private final int countMax;
  private final long bytesMax;

  PendingUpdates(
      Updates<?, E> updates,
      Appending appending,
      AppliedState<?, E> applied,
      StateOptions options) {
    this.updates = updates;
    this.appending = appending;
    this.applied = applied;
    this.countMax = options.pendingUpdatesMax();
    this.bytesMax = options.pendingBytesMax();
  }

  /** Appends an update. {@return what completes once it is durable and applied} */
  <V extends @Nullable Object> CompletableFuture<V> append(Update<E> update) throws IOException {
    UpdateFuture<V> result = new UpdateFuture<>(updates, update.expected());
    try {
      boolean appended = appending.with(() -> appendIfRoom(update, result));
      if (!appended) {
        makeRoom();
        boolean unused = appending.with(() -> appendForSure(update, result));
      }
      result.follow();
      return result;
    } catch (RuntimeException | Error e) {
      updates.failIfExpected(update.expected(), e);
      throw e;
    }
  }

  /** Called with the appending lock held. {@return whether it is appended} */
  private boolean appendIfRoom(Update<E> update, UpdateFuture<?> result) throws IOException {
    if (!isRoomFor(update.expected())) {
      return false;
    }
    result.appended(updates.append(update));
    return true;
  }

  /**
   * Too many are pending: this thread makes them durable and applies them, so it depends on no
   * other.
   */
  private void makeRoom() throws IOException {
    updates.refuseIfClosed();
    updates.settlePending(0, "appended");
  }

  /**
   * If others took the room meanwhile, the same with the lock, as a decision does it: so nobody
   * tries for ever. Called with the appending lock held.
   *
   * @throws DurabilityException if nothing was appended
   */
  private boolean appendForSure(Update<E> update, UpdateFuture<?> result) throws IOException {
    if (!isRoomFor(update.expected())) {
      updates.settlePending(applied.lastExpectedId(), "appended");
    }
    result.appended(updates.append(update));
    return true;
  }

  private boolean isRoomFor(Expected<E> expected) {
    long pending = applied.pendingEntries();
    return pending <= 0
        || (pending < countMax && applied.pendingBytes() + expected.bytes() <= bytesMax);
  }
}
