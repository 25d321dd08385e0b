package dev.durability.commit;

import java.io.IOException;

/**
 * What {@link GroupCommit} commits: a queue of what was appended, and the files to which it is
 * written. Each append has a <em>position</em>: how many there were up to it since the log was
 * opened. Positions only grow, whatever becomes of entry ids, and what has no id has a position.
 *
 * <p>The methods of the queue are called with the lock of {@link GroupCommit#lock}. The methods of
 * the files are called without it, and only by the thread that leads; so are {@link #owesPromise},
 * {@link #placed}, {@link #written} and {@link #durable}, with the lock or without.
 */
public interface CommitTarget {

  // The queue.

  /** {@return whether an Error ended an append in the middle: nothing of it may be written} */
  boolean isBroken();

  /** {@return whether nothing waits to be written} */
  boolean isEmpty();

  /** {@return whether an appender may soon have to wait for memory that a round holds} */
  boolean isShort();

  /** {@return the position of what was appended last} */
  long appended();

  /** {@return the id of the entry that was appended last, for messages} */
  long appendedId();

  /**
   * Takes all that was appended, for {@link #write}.
   *
   * @param syncs whether a sync follows
   * @return whether there was anything
   */
  boolean take(boolean syncs);

  /** Gives back the memory of what was written. */
  void giveBackWritten();

  /** The same, and puts what was taken and not written before all that is in the queue. */
  void giveBack();

  // The files.

  /**
   * Writes what was taken.
   *
   * @throws dev.durability.errors.OutcomeOpenException if it can be given back and written again
   * @throws IOException if nothing can be written any more
   */
  void write() throws IOException;

  /**
   * Makes what was written survive the process.
   *
   * @throws IOException if nothing can be written any more
   */
  void flush() throws IOException;

  /**
   * Makes durable what was written.
   *
   * @throws dev.durability.errors.OutcomeOpenException if it can be tried again
   * @throws IOException if nothing can be made durable any more
   */
  void sync() throws IOException;

  /**
   * Writes down that everything {@linkplain #durable durable} is so: the promise that {@link
   * #owesPromise} speaks of.
   *
   * @throws dev.durability.errors.OutcomeOpenException if it can be tried again
   * @throws IOException if nothing can be written any more
   */
  void mark() throws IOException;

  /** {@return whether something durable is not promised in the files, and can be} */
  boolean owesPromise();

  /** {@return the position up to which all is written} */
  long placed();

  /** {@return the position up to which all is flushed, or synced} */
  long written();

  /** {@return the position up to which all survives power loss} */
  long durable();
}
