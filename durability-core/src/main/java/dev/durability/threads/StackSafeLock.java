package dev.durability.threads;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that no lack of stack leaves held. The JDK's own may take the lock and then throw {@link
 * StackOverflowError}, before the caller's {@code try} begins; or throw it when it is to be given
 * up. This one refuses before it is taken, if there is not enough stack for both.
 */
public final class StackSafeLock extends ReentrantLock {
  private static final long serialVersionUID = 1;

  /**
   * Takes the lock.
   *
   * @throws StackOverflowError if there is little stack left; the lock was not taken
   */
  @Override
  public void lock() {
    long unused = StackRoom.prove();
    super.lock();
  }
}
