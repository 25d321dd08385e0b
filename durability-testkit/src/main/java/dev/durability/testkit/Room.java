package dev.durability.testkit;

import java.util.concurrent.locks.ReentrantLock;

/** How much still fits on the disk of a {@link FaultDirectory}. */
final class Room {
  private static final long ENDLESS = Long.MAX_VALUE;

  private final ReentrantLock lock = new ReentrantLock();
  private long left = ENDLESS;
  private long refused;
  private long written;

  /** From now on, {@code bytes} more bytes fit. */
  void limit(long bytes) {
    lock.lock();
    try {
      left = bytes;
    } finally {
      lock.unlock();
    }
  }

  void unlimit() {
    limit(ENDLESS);
  }

  /** Tells whether {@code bytes} bytes would fit. Takes nothing. */
  boolean has(long bytes) {
    lock.lock();
    try {
      refused += bytes > left ? 1 : 0;
      return bytes <= left;
    } finally {
      lock.unlock();
    }
  }

  /** Takes room for as many of these bytes as fit. */
  long take(long bytes) {
    lock.lock();
    try {
      long fits = Math.min(left, bytes);
      left -= left == ENDLESS ? 0 : fits;
      refused += fits < bytes ? 1 : 0;
      return fits;
    } finally {
      lock.unlock();
    }
  }

  void wrote(long bytes) {
    lock.lock();
    try {
      written += bytes;
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes were written. */
  long written() {
    lock.lock();
    try {
      return written;
    } finally {
      lock.unlock();
    }
  }

  /** How many operations found too little room. */
  long refused() {
    lock.lock();
    try {
      return refused;
    } finally {
      lock.unlock();
    }
  }
}
