package dev.durability.threads;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that can be taken and given up even if there is no memory or stack to wait for it. What
 * must not be left undone, whatever was thrown, uses {@link #lockForSure} and {@link
 * #unlockForSure}; all else uses the methods of the JDK's lock.
 */
public final class SureLock extends ReentrantLock {
  private static final long serialVersionUID = 1;

  /**
   * Takes the lock if this thread does not hold it. Waiting for it takes memory and stack: a thread
   * that runs out of them in the queue of those who wait would be woken for ever, and the others
   * never. Such a thread spins instead.
   */
  @SuppressWarnings("ThreadPriorityCheck") // A hint: the lock is never held for long.
  public void lockForSure() {
    try {
      if (!isHeldByCurrentThread()) {
        long unusedLevels = StackRoom.prove();
        lock();
      }
    } catch (Throwable noMemory) {
      while (!isHeldByCurrentThread() && !tryLock()) {
        Thread.yield();
      }
    }
  }

  /** Gives the lock up wholly, also if an Error kept this thread from that before. */
  public void unlockForSure() {
    unlockDownTo(0);
  }

  /**
   * Gives up what an Error left held by this thread through the calls that it made.
   *
   * @param holds how often the thread held the lock before those calls
   */
  public void unlockDownTo(int holds) {
    while (getHoldCount() > holds) {
      unlock();
    }
  }
}
