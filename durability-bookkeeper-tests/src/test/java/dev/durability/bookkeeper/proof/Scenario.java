package dev.durability.bookkeeper.proof;

/** What a writer does. */
enum Scenario {
  /** Appends entries, and waits for each. */
  APPEND,
  /** Appends until a segment has ended and the next has begun. */
  ROTATE,
  /** Writes a checkpoint, publishes it, and truncates the log. */
  CHECKPOINT,
  /** Removes the segments that an older checkpoint covers. */
  TRUNCATE,
  /** Cuts off the end of the log. */
  CUT,
  /** Opens a log that another writer left open. */
  OPEN,
  /** Appends as fast as it can, until it is killed or fails. */
  STREAM
}
