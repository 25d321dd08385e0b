package dev.durability.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** Bounds what reading an input may allocate: a length that nobody checked shows here. */
final class Heap {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Heap() {}

  /** Reads an input. */
  @FunctionalInterface
  interface Reading {
    void run() throws IOException;
  }

  /**
   * Reads an input, and again if that took too much: the first time, classes may have been loaded.
   *
   * @param bytesMax what it may allocate
   */
  static void bounded(long bytesMax, Reading reading) throws IOException {
    if (allocatedBy(reading) > bytesMax) {
      long bytes = allocatedBy(reading);
      Checks.that(bytes <= bytesMax, "allocated " + bytes + " bytes, and not " + bytesMax);
    }
  }

  private static long allocatedBy(Reading reading) throws IOException {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    reading.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
