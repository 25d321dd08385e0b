package dev.durability.testkit;

import java.util.List;

/**
 * What a {@link CrashExplorer} explores: one life of a store, and how the next one starts. An
 * object is for one life, and is used by one thread at a time. It may use more threads itself.
 *
 * @param <E> what the test notes in its {@link History}
 */
public interface CrashTest<E> {

  /**
   * Returns the life of the store, starting with an empty disk. Steps may share an open store
   * through fields of this object. Shrinking a failure leaves steps out. A step that makes no sense
   * without them may throw any exception but an {@link AssertionError}.
   *
   * @return the steps, in order, each with a different name
   */
  List<Step<E>> steps();

  /**
   * Starts again after a crash: opens the store with the code under test, and checks its content
   * against {@link History#events}. It may then go on writing, and note its attempts and promises:
   * the explorer crashes inside this call, too, and calls it again on what that leaves.
   *
   * @param disk what is found; {@link CrashDirectory#copy} it to look at it twice
   * @param history what was noted before, and where to note more
   * @throws Exception if the store does not open
   * @throws AssertionError if the contract of the store is broken
   */
  void restart(CrashDirectory disk, History<E> history) throws Exception;

  /**
   * Distinguishes states, for the count of distinct ones. Leave out random or unimportant bytes of
   * the files here.
   *
   * @param disk what is found, before {@link #restart}; do not change it
   * @return a number that is equal for states that count as one
   * @throws Exception if that fails
   */
  default long fingerprint(CrashDirectory disk) throws Exception {
    return disk.contentHash();
  }

  /**
   * Releases what this object holds, such as the threads of a store whose process was "killed". The
   * disk is already dead, and failures here are ignored.
   *
   * @throws Exception if it fails
   */
  default void close() throws Exception {}
}
