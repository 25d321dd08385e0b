package dev.durability.threads;

import java.io.Closeable;

/**
 * One of the holds that a thread has on a lock. It is given up once, by that thread, before or
 * after the others; closing it again does nothing. An Error may break closing off: closing again
 * does what is left.
 */
public final class LockHold implements Closeable {
  private static final int UNKNOWN = -1;

  private final StackSafeLock lock;

  /** How many holds the thread has left without this one. */
  private int holdsLeft = UNKNOWN;

  private boolean closed;

  private LockHold(StackSafeLock lock) {
    this.lock = lock;
  }

  /** Takes a lock. */
  public static LockHold take(StackSafeLock lock) {
    LockHold hold = new LockHold(lock); // Before: there may be no memory for it.
    lock.lock();
    return hold;
  }

  /** Does nothing on another thread than the one that took the lock. */
  @Override
  public void close() {
    if (closed || !lock.isHeldByCurrentThread()) {
      return;
    }
    if (holdsLeft == UNKNOWN) {
      holdsLeft = lock.getHoldCount() - 1;
    }
    while (lock.getHoldCount() > holdsLeft) {
      lock.unlock();
    }
    closed = true; // After: an Error may come between, and closing again must do the rest.
  }
}
