package dev.durability.testkit;

import java.util.List;

/**
 * What a {@link CrashExplorer} explores: one life of a store, and how the next one starts. An
 * object serves one of them, on one thread at a time; it may use more threads itself.
 *
 * @param <E> what the test notes in its {@link History}
 */
public interface CrashTest<E> {

  /**
   * Tells the life of the store, from an empty disk on. Steps may share an open store through
   * fields of this object. When a failure is shrunk some of them are left out, and one that makes
   * no sense then may throw any exception but an {@link AssertionError}.
   *
   * @return the steps, in order, each with a name of its own
   */
  List<Step<E>> steps();

  /**
   * Starts again after a crash: opens the store with the code under test, and checks what it holds
   * against {@link History#events}. What is then appended, noted, and promised is explored in turn:
   * the explorer crashes inside this call, too, and calls this again on what that leaves.
   *
   * @param disk what is found; {@link CrashDirectory#copy} it to look twice
   * @param history what was noted before, and where to note more
   * @throws Exception if the store does not open
   * @throws AssertionError if the contract of the store is broken
   */
  void restart(CrashDirectory disk, History<E> history) throws Exception;

  /**
   * Tells states apart, for the count of those that differ. A test whose files hold random or
   * unimportant bytes leaves them out here.
   *
   * @param disk what is found, before {@link #restart}; not to be changed
   * @return a number that is the same where the states count as one
   * @throws Exception if that fails
   */
  default long fingerprint(CrashDirectory disk) throws Exception {
    return disk.contentHash();
  }

  /**
   * Gives back what this object holds, such as the threads of a store whose process was "killed".
   * The disk is dead already, and what fails here is of no interest.
   *
   * @throws Exception if it fails
   */
  default void close() throws Exception {}
}
