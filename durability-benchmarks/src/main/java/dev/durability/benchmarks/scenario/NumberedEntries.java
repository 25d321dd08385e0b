package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.store.Store;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Entries of 128 bytes that are read again one by one: the number, and bytes that follow from it
 * and cannot be compressed. So each entry is another one, and all of it can be checked.
 */
final class NumberedEntries {
  static final int BYTES = 128;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private NumberedEntries() {}

  static byte[] of(long number) {
    byte[] entry = new byte[BYTES];
    LONGS.set(entry, 0, number);
    for (int at = Long.BYTES; at < BYTES; at += Long.BYTES) {
      LONGS.set(entry, at, word(number, at));
    }
    return entry;
  }

  /** Whether these are the bytes of that entry, all of them. */
  static boolean isEntry(long number, byte[] bytes) {
    if (bytes.length != BYTES || (long) LONGS.get(bytes, 0) != number) {
      return false;
    }
    long difference = 0;
    for (int at = Long.BYTES; at < BYTES; at += Long.BYTES) {
      difference |= (long) LONGS.get(bytes, at) ^ word(number, at);
    }
    return difference == 0;
  }

  /** Appends the entries 0 to count-1, and makes them durable. */
  static void fill(Store store, long count) throws Exception {
    for (long number = 0; number < count; number++) {
      store.append(of(number));
    }
    store.settle();
  }

  /** The end of SplitMix64, which leaves no pattern in consecutive numbers. */
  private static long word(long number, int at) {
    long mixed = number * BYTES + at;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
