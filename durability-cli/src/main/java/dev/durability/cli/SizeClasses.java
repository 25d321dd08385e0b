package dev.durability.cli;

import java.util.ArrayList;
import java.util.List;

/** How many entries have which size, by powers of two. */
final class SizeClasses {
  /** One for 0 bytes, then one for each highest bit of a size. */
  private static final int CLASSES = 1 + Integer.SIZE;

  private final long[] entries = new long[CLASSES];
  private final long[] bytes = new long[CLASSES];

  /**
   * One of the classes.
   *
   * @param from the least size in it, in bytes
   * @param to the largest
   * @param entries how many entries
   * @param bytes the sum of their sizes
   */
  record SizeClass(long from, long to, long entries, long bytes) {}

  void add(int size) {
    int index = Integer.SIZE - Integer.numberOfLeadingZeros(size);
    entries[index]++;
    bytes[index] += size;
  }

  /** The classes from the first to the last that has entries. */
  List<SizeClass> used() {
    List<SizeClass> used = new ArrayList<>();
    int last = CLASSES - 1;
    while (last >= 0 && entries[last] == 0) {
      last--;
    }
    for (int i = 0; i <= last; i++) {
      if (!used.isEmpty() || entries[i] > 0) {
        long from = i == 0 ? 0 : 1L << (i - 1);
        used.add(new SizeClass(from, i == 0 ? 0 : 2 * from - 1, entries[i], bytes[i]));
      }
    }
    return used;
  }

  long entries() {
    long sum = 0;
    for (long each : entries) {
      sum += each;
    }
    return sum;
  }

  long bytes() {
    long sum = 0;
    for (long each : bytes) {
      sum += each;
    }
    return sum;
  }
}
