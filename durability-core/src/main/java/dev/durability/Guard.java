package dev.durability;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** Holds a lock while something runs, and gives it up whatever is thrown, at whichever call. */
final class Guard {
  private Guard() {}

  /** What runs. */
  interface Body<R> {
    R run() throws IOException;
  }

  @SuppressWarnings("LockNotBeforeTry") // Given up even if an Error comes after it is taken.
  static <R> R with(ReentrantLock lock, Body<R> body) throws IOException {
    int held = lock.getHoldCount();
    try {
      lock.lock();
      R result = body.run();
      lock.unlock();
      return result;
    } catch (Throwable e) {
      try {
        giveUp(lock, held);
      } catch (Throwable again) {
        giveUp(lock, held);
        throw again;
      }
      throw e;
    }
  }

  private static void giveUp(ReentrantLock lock, int held) {
    while (lock.getHoldCount() > held) {
      lock.unlock();
    }
  }
}
