package dev.durability.wal;

import java.util.concurrent.CompletableFuture;

/**
 * What {@link WalWriter#appendAsync} returns: completes with the entry's id when the entry survives
 * power loss.
 */
public class AppendFuture extends CompletableFuture<Long> {
  /** An object from the start: telling that an entry is durable must not need memory. */
  private final Long entryId;

  AppendFuture(long entryId) {
    this.entryId = entryId;
  }

  /** {@return the id of the entry: known at once, though not durable yet} */
  public final long entryId() {
    return entryId;
  }

  /** The same, without making an object. */
  final Long id() {
    return entryId;
  }

  final void succeed() {
    complete(entryId);
  }
}
