package dev.durability.testkit;

import dev.durability.storage.DirectoryLock;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock of a {@link CrashDirectory}. Closing it needs no more stack than taking it, so a thread
 * that is short of stack can do both or neither.
 */
final class CrashLock implements DirectoryLock {
  private final ReentrantLock lock;
  private final Set<String> locked;
  private final String path;
  private boolean held = true;

  /**
   * @param lock guards the set
   * @param locked the paths that are locked
   * @param path the path, which is one of them
   */
  CrashLock(ReentrantLock lock, Set<String> locked, String path) {
    this.lock = lock;
    this.locked = locked;
    this.path = path;
  }

  @Override
  public boolean isHeld() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (held) {
        locked.remove(path); // If an Error ends this, closing again does it.
        held = false;
      }
    } finally {
      lock.unlock();
    }
  }
}
