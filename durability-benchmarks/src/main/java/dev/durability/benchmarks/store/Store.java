package dev.durability.benchmarks.store;

import dev.durability.benchmarks.CannotRunException;
import java.io.IOException;
import java.nio.file.Path;

/** Something that keeps entries in order on a disk: the log of this project, or a peer. */
public interface Store extends AutoCloseable {

  /** {@return its name, with its options where there are several} */
  String name();

  /**
   * Tells what it promises when it is used as its documentation says for a promise.
   *
   * @param promise what is wanted
   * @return what is given, and by which options
   */
  String guarantee(Promise promise);

  /**
   * Tells whether it gives a promise at all.
   *
   * @param promise what is wanted
   * @return whether it does
   */
  default boolean gives(Promise promise) {
    return true;
  }

  /**
   * Opens it in an empty directory.
   *
   * @param directory the directory
   * @param promise what {@link #append} has to promise
   * @throws Exception if it cannot run here
   */
  void open(Path directory, Promise promise) throws Exception;

  /**
   * Appends an entry, and keeps the promise before it returns. Many threads may call this.
   *
   * @param payload the entry
   * @throws Exception if that fails
   */
  void append(byte[] payload) throws Exception;

  /**
   * Hands what was appended without a sync to the system, where the store can be asked to: what it
   * keeps for itself was not written yet, and must not count as written.
   *
   * @throws Exception if that fails
   */
  default void flush() throws Exception {}

  /**
   * Starts appending without waiting for each entry; one thread.
   *
   * @param outstanding how many entries may wait for their promise
   * @return the way in
   * @throws CannotRunException if the store has no such call
   */
  default AsyncAppends appendAsync(int outstanding) throws CannotRunException {
    throw new CannotRunException("has no call that returns before the entry is durable");
  }

  /**
   * Reads all entries in order, as at a start, and adds up the first 8 bytes (big-endian) of each.
   * Every byte of an entry is looked at: by a checksum, or by copying it out of the store.
   *
   * @return the sum
   * @throws Exception if that fails
   */
  long replay() throws Exception;

  /**
   * Makes everything durable.
   *
   * @throws Exception if that fails
   */
  void settle() throws Exception;

  @Override
  void close() throws IOException;

  /** Appends that are not waited for one by one. */
  interface AsyncAppends {
    /**
     * Appends an entry; waits while too many are outstanding.
     *
     * @param payload the entry
     * @throws Exception if that, or an earlier entry, fails
     */
    void append(byte[] payload) throws Exception;

    /**
     * Waits until all entries keep their promise.
     *
     * @throws Exception if one fails
     */
    void drain() throws Exception;
  }
}
