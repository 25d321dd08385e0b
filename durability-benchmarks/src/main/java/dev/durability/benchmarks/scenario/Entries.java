package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.store.Store;
import java.nio.ByteBuffer;
import java.util.Random;

/** Entries of random bytes, whose first 8 bytes are their number where they are read again. */
final class Entries {
  private static final int SEED = 42;

  private Entries() {}

  static byte[] payload(int bytes) {
    byte[] payload = new byte[bytes];
    new Random(SEED).nextBytes(payload);
    return payload;
  }

  /** Appends entries with the numbers 0 to count-1. */
  static void fill(Store store, int payloadBytes, long count) throws Exception {
    byte[] payload = payload(payloadBytes);
    for (long i = 0; i < count; i++) {
      byte[] entry = payload.clone(); // Some stores keep the array and write it later.
      ByteBuffer.wrap(entry).putLong(i);
      store.append(entry);
    }
    store.settle();
  }

  static long sum(long count) {
    return count * (count - 1) / 2;
  }
}
