package dev.durability.storage;

import java.io.Closeable;
import java.io.IOException;

/** An exclusive lock, held until it is closed or the process dies. Any thread may close it. */
public interface DirectoryLock extends Closeable {

  /**
   * Tells whether the lock is still held: it was not closed, and the storage did not take it away.
   *
   * @return whether it is held
   */
  boolean isHeld();

  /**
   * Gives the lock up; its file stays. Closing again does nothing.
   *
   * @throws IOException if the storage fails; the lock is given up at the latest when the process
   *     ends
   */
  @Override
  void close() throws IOException;
}
