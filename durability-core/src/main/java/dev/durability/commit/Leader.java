package dev.durability.commit;

import org.jspecify.annotations.Nullable;

/**
 * Who leads a round, and what it still owes to others: to pass the lead on, and to end the wait of
 * those whom its round served. All of that is in fields, and each step ends with assignments, so
 * that an Error in the middle leaves what can be done again: see {@link ErrorRecovery}.
 */
class Leader {
  /** The round that it took, until all who waited for it are told. */
  @Nullable Round round;

  /** Whether it leaves futures, and what depends on them, to the log's own thread. */
  boolean leavesDependents;

  /** What was written, flushed and durable when the round ended. */
  long placed;

  long written;

  long durable;

  /** Who leads next, until it is told so. */
  Waiter.@Nullable OfThread heir;

  /** The thread of who leads next, until it is woken. */
  @Nullable Thread heirThread;

  /** The next of those that could not do it and left it to the log's own thread. */
  @Nullable Leader nextLeft;
}
