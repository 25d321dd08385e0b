package dev.durability.storage;

import dev.durability.errors.LockLostException;
import java.io.Closeable;
import java.io.IOException;

/**
 * An exclusive lock, held until it is closed or the process dies. All methods may be called by any
 * thread.
 */
public interface DirectoryLock extends Closeable {

  /**
   * Tells whether the lock is still held: it was not closed, and the storage did not take it away.
   *
   * @return whether it is held
   */
  boolean isHeld();

  /**
   * Asks whether the lock is still this holder's, before something is written or acknowledged in
   * its name. A writer asks in each round: this should take microseconds. What happens to the lock
   * after this returned is not known; a storage says in its own documentation how a lock can be
   * lost.
   *
   * <p>Where nothing else is said, this asks {@link #isHeld}.
   *
   * @throws LockLostException if it is not held any more: the message says what happened. Another
   *     holder may be at work
   * @throws IOException if that cannot be told
   */
  default void requireHeld() throws IOException {
    if (!isHeld()) {
      throw new LockLostException(
          "the lock was closed or taken away, and another writer may be at work; close this writer"
              + " and open the log again");
    }
  }

  /**
   * Says that whoever holds this lock is the only one who writes a file. This protects a file that
   * can be reached under several names, each with a lock of its own. It ends with the lock. Said
   * again by the same holder, it applies to the file that is now under the name.
   *
   * <p>Where nothing else is said, this does nothing: right where a file has one name.
   *
   * @param path the file, relative to the directory that the lock is of; it is there
   * @throws dev.durability.errors.LockHeldException if another lock says so of the same file, under
   *     any name
   * @throws IOException if that cannot be told
   */
  default void guard(String path) throws IOException {}

  /**
   * Gives the lock up; its file stays. Closing again does nothing.
   *
   * @throws IOException if the storage fails; the lock is given up at the latest when the process
   *     ends
   */
  @Override
  void close() throws IOException;
}
