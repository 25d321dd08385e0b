package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.StoreById;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Reads single entries of a store at random, the same ones of every store. The store was read once
 * through before: what it reads is in memory, its own or that of the system.
 */
final class ReadsById extends Contestant {
  private static final long SEED = 42;

  private final StoreById store;
  private final long entries;
  private SplittableRandom numbers = new SplittableRandom(SEED);

  ReadsById(StoreById store, Role role, long entries) {
    super(store.name(), role, store.reading());
    this.store = store;
    this.entries = entries;
  }

  @Override
  public void open(Path directory) throws Exception {
    store.open(directory, Promise.UNSYNCED);
    try {
      numbers = new SplittableRandom(SEED);
      NumberedEntries.fill(store, entries);
      if (store.readThrough() != Entries.sum(entries)) {
        throw new IOException(name() + " read other entries than were appended");
      }
      read(0);
      read(entries - 1);
    } catch (Exception e) {
      try (store) {
        throw e; // One that cannot run is left out, and nobody closes it later.
      }
    }
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long start = System.nanoTime();
    long before = start;
    for (long i = 0; i < operations; i++) {
      read(numbers.nextLong(entries));
      long now = System.nanoTime();
      if (latencies != null) {
        latencies.recordValue(Math.min(now - before, latencies.getHighestTrackableValue()));
      }
      before = now;
    }
    return before - start;
  }

  private void read(long number) throws Exception {
    if (!NumberedEntries.isEntry(number, store.read(number))) {
      throw new IOException(name() + " gave another entry than number " + number);
    }
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
