package dev.durability.codec;

import java.util.Arrays;

/**
 * The keys of one map, or the elements of one set, while they are read or written. Counts what
 * colliding hash codes cost: a hash map compares keys with the same hash code with each other, so
 * the time for hostile keys grows with the square of their number.
 *
 * <p>The cost of comparing a key is counted in bytes: its own, and those that comparing its content
 * takes.
 */
final class Keys {
  private static final int CAPACITY_MIN = 16;
  private static final long COST_MAX = 0xFFFF_FFFFL;

  /** More than any value may cost, and small enough that sums of it do not overflow. */
  static final long COMPARISONS_MAX = 1L << 40;

  /**
   * The hash code in the upper half, the cost in the lower: after sorting, equal hash codes are
   * adjacent.
   */
  private long[] hashesAndCosts = new long[CAPACITY_MIN];

  private int count;

  /** Adds a key, and what it costs to compare it once. */
  void add(Object key, long cost) {
    if (count == hashesAndCosts.length) {
      int more = (int) Math.min(Integer.MAX_VALUE - 8, 2L * count);
      hashesAndCosts = Arrays.copyOf(hashesAndCosts, more);
    }
    hashesAndCosts[count++] = ((long) key.hashCode() << Integer.SIZE) | Math.min(cost, COST_MAX);
  }

  /** What it costs to compare each key with all that have the same hash code, in bytes. */
  long comparisons() {
    long[] sorted = Arrays.copyOf(hashesAndCosts, count);
    Arrays.sort(sorted);
    long comparisons = 0;
    int start = 0;
    long costs = 0;
    for (int i = 0; i < count; i++) {
      costs += sorted[i] & COST_MAX;
      if (i + 1 == count || sorted[i + 1] >>> Integer.SIZE != sorted[i] >>> Integer.SIZE) {
        comparisons = Math.min(COMPARISONS_MAX, comparisons + product(costs, i - start));
        start = i + 1;
        costs = 0;
      }
    }
    return comparisons;
  }

  private static long product(long costs, int others) {
    return others > 0 && costs > COMPARISONS_MAX / others ? COMPARISONS_MAX : costs * others;
  }
}
