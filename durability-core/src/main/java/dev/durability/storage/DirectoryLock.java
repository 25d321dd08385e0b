package dev.durability.storage;

import dev.durability.errors.LockLostException;
import java.io.Closeable;
import java.io.IOException;

/**
 * An exclusive lock, held until it is closed or the process dies. Any thread may call all methods.
 */
public interface DirectoryLock extends Closeable {

  /**
   * Tells whether the lock is still held: it was not closed, and the storage did not take it away.
   *
   * @return whether it is held
   */
  boolean isHeld();

  /**
   * Checks that this holder still has the lock, before it writes or acknowledges something. A
   * writer asks in each round, so this should take microseconds. The lock may be lost after this
   * returned; a storage says in its own documentation how a lock can be lost.
   *
   * <p>The default asks {@link #isHeld}.
   *
   * @throws LockLostException if it is no longer held; the message says what happened. Another
   *     holder may be at work
   * @throws IOException if that cannot be found out
   */
  default void requireHeld() throws IOException {
    if (!isHeld()) {
      throw new LockLostException(
          "the lock was closed or taken away, so another writer may be at work; close this"
              + " writer and open the log again");
    }
  }

  /**
   * Declares that the holder of this lock is the only writer of a file. This protects a file that
   * has several names, each with a lock of its own. It ends with the lock. If the same holder calls
   * it again, it applies to the file that now has the name.
   *
   * <p>The default does nothing, which is right if each file has one name.
   *
   * @param path the file, relative to the directory of the lock; it exists
   * @throws dev.durability.errors.LockHeldException if another lock guards the same file, under any
   *     name
   * @throws IOException if that cannot be found out
   */
  default void guard(String path) throws IOException {}

  /**
   * Gives up the lock; its file stays. Closing again does nothing.
   *
   * @throws IOException if the storage fails; the lock is given up at the latest when the process
   *     ends
   */
  @Override
  void close() throws IOException;
}
