package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import org.jspecify.annotations.Nullable;

/** A future that waits for an entry to be durable. */
public interface FutureWaiter extends Waiter {

  /** {@return whether its wait has ended} */
  boolean isDone();

  /**
   * Keeps why the entry is not durable, until {@link #settle} tells it.
   *
   * @param why what failed
   */
  void fail(DurabilityException why);

  /** {@return why the entry is not durable; null unless {@link #fail} was called} */
  @Nullable DurabilityException failure();

  /** {@return the first of the threads that ask for it, or null; any thread} */
  @Nullable Asker asker();

  /**
   * Keeps the threads that ask for it. With the lock.
   *
   * @param first the first of them, or null
   */
  void asker(@Nullable Asker first);

  /**
   * Ends the wait, and runs what depends on it. Does nothing if it has ended.
   *
   * @param why why the entry is not durable; null if it is
   */
  void settle(@Nullable DurabilityException why);
}
