package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The first failure that ends a writer for good, and what those who wait are told of failures. What
 * is thrown if there is no memory to tell more is made ahead. Assigned with the lock, read by any
 * thread.
 */
final class Poison {
  private final WriterPoisonedException poisonedWithoutMemory =
      new WriterPoisonedException(
          "the writer failed before and refuses to go on, and there is no memory to tell why; close"
              + " it and open the log again");

  private final OutcomeOpenException openWithoutMemory =
      new OutcomeOpenException(
          "some entries are not durable, and there is no memory to tell which; they stay in memory"
              + " and are written first: make room, then sync again",
          new IOException("there was no memory to keep what failed"));

  private final AtomicBoolean isTold = new AtomicBoolean();
  private Consumer<Throwable> told = failure -> {};
  private volatile @Nullable Throwable first;

  /** Sets who is told of it; before the writer is used. */
  void whenThere(Consumer<Throwable> consumer) {
    told = consumer;
  }

  /** Tells of the failure, if there is one, once; again if an Error kept it from that. */
  void tell() {
    Throwable failure = first;
    if (failure == null || !isTold.compareAndSet(false, true)) {
      return;
    }
    try {
      told.accept(failure);
    } catch (Throwable e) {
      isTold.set(false);
      throw e;
    }
  }

  /** Whether there was such a failure. */
  boolean isThere() {
    return first != null;
  }

  /** The failure, or null. */
  @Nullable Throwable first() {
    return first;
  }

  /** A failure after which the same can be tried again is none that ends the writer. */
  void addUnlessOpen(@Nullable Throwable failure) {
    if (failure != null && !(failure instanceof OutcomeOpenException) && first == null) {
      first = failure;
    }
  }

  /** Throws if there was a failure. */
  void refuse() throws WriterPoisonedException {
    if (first != null) {
      throw asException();
    }
  }

  /** What later calls throw. */
  WriterPoisonedException asException() {
    Throwable why = Objects.requireNonNull(first);
    if (why instanceof WriterPoisonedException) {
      return new WriterPoisonedException(
          Objects.requireNonNullElse(why.getMessage(), ""), why.getCause());
    }
    return new WriterPoisonedException(
        "the writer failed before and refuses to go on: "
            + why.getMessage()
            + ". Close it and open the log again",
        why);
  }

  /**
   * Tells why an entry is not durable, also if there is no memory to say it.
   *
   * @param failure what failed in the round, null if the writer is poisoned
   */
  DurabilityException whyNot(Waiter waiter, @Nullable Throwable failure) {
    try {
      if (first != null) {
        return asException();
      }
      return new OutcomeOpenException(
          "entries up to "
              + waiter.entryId()
              + " are not durable, and whether they will be is open; they stay in memory and are"
              + " written first: make room, then sync again",
          Objects.requireNonNull(failure));
    } catch (Throwable e) {
      return first == null ? openWithoutMemory : poisonedWithoutMemory;
    }
  }
}
