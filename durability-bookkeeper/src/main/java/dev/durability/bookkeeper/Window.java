package dev.durability.bookkeeper;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Some bytes of a ledger, as they were read. For any thread. */
final class Window {
  private final long ledger;
  private final long start;
  private final byte[] bytes;
  private final long firstEntry;
  private final long nextEntry;

  /** What follows, on its way already; null if nobody asked for it. */
  private volatile @Nullable CompletableFuture<Window> next;

  /**
   * Keeps bytes.
   *
   * @param ledger which ledger
   * @param start their offset in it
   * @param bytes the bytes; nobody changes them
   * @param firstEntry the entry that they begin with
   * @param nextEntry the entry after them; -1 if it is not known
   */
  Window(long ledger, long start, byte[] bytes, long firstEntry, long nextEntry) {
    this.ledger = ledger;
    this.start = start;
    this.bytes = bytes;
    this.firstEntry = firstEntry;
    this.nextEntry = nextEntry;
  }

  long ledger() {
    return ledger;
  }

  long start() {
    return start;
  }

  long end() {
    return start + bytes.length;
  }

  byte[] bytes() {
    return bytes;
  }

  long nextEntry() {
    return nextEntry;
  }

  /** How long its entries are, on average; at least 1. */
  long averageBytes() {
    return Math.max(1, bytes.length / Math.max(1, nextEntry - firstEntry));
  }

  boolean has(long inLedger, long offset) {
    return inLedger == ledger && offset >= start && offset < end();
  }

  @Nullable CompletableFuture<Window> next() {
    return next;
  }

  void follow(CompletableFuture<Window> ahead) {
    next = ahead;
  }
}
