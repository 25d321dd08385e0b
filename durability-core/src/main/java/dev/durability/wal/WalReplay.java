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
   * Where recovery starts: at the oldest entry or, if a valid checkpoint covers entries, at the
   * first entry of the segment that holds the entry after those.
   */
  long START = 0;

  /**
   * Tells which entry to start with. It is called once, before anything is read; if a writer is
   * being opened, with the log's lock held. This is the place to read a checkpoint.
   *
   * @return the first entry id that is wanted, or {@link #START}
   * @throws IOException to give up; it reaches the caller as it is
   */
  default long fromId() throws IOException {
    return START;
  }

  /**
   * Tells which checkpoint {@link #fromId} has just read. Opening a writer has to know the newest
   * valid checkpoint, and reads all of it to find out. It does not read again what this names. It
   * is asked once, after {@code fromId}.
   *
   * @return the last entry in a checkpoint of this log that {@code fromId} read to its end, and
   *     found whole; 0 if it read none, and the opening is to find out by itself. It also does so
   *     if the log knows of no checkpoint that ends with this entry. The number of a checkpoint
   *     that is there and damaged makes recovery start after entries that nothing covers
   */
  default long checkpointId() {
    return 0;
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
