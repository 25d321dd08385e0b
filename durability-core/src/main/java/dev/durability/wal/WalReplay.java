package dev.durability.wal;

import java.io.IOException;

/**
 * Takes the entries of a log, in order, on the calling thread.
 *
 * @param <E> the type of the entries
 */
@FunctionalInterface
public interface WalReplay<E> {

  /**
   * Where recovery starts: at the oldest entry, or, where a valid checkpoint covers entries, at the
   * first entry of the segment that holds the one after them.
   */
  long START = 0;

  /**
   * Tells which entry to start with. It is asked once, before anything is read; when a writer is
   * opened, with the log's lock held. This is the place to read a checkpoint.
   *
   * @return the first entry id that is wanted, or {@link #START}
   * @throws IOException to give up; it reaches the caller as it is
   */
  default long fromId() throws IOException {
    return START;
  }

  /**
   * Takes the next entry.
   *
   * @param id its id
   * @param entry the entry
   * @throws IOException to give up; it reaches the caller as it is
   */
  void entry(long id, E entry) throws IOException;
}
