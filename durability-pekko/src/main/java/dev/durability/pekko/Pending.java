package dev.durability.pekko;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A write on its way to the disk; or, without an entry, someone who waits for those before it. */
final class Pending {
  final @Nullable Entry entry;
  final CompletableFuture<Void> settled = new CompletableFuture<>();

  /** The entry of the log, or the last one before. */
  long entryId;

  /** Whether someone tries for it once more to write what failed. */
  boolean isRetried;

  /** Why it failed; it may still become durable. */
  volatile @Nullable Throwable failure;

  Pending(@Nullable Entry entry) {
    this.entry = entry;
  }
}
