package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Reads all entries of a store from the page cache, or the store's own. */
final class Replays extends Contestant {
  private final Store store;
  private final int payloadBytes;
  private final long entries;

  Replays(Store store, Role role, String guarantee, int payloadBytes, long entries) {
    super(store.name(), role, guarantee);
    this.store = store;
    this.payloadBytes = payloadBytes;
    this.entries = entries;
  }

  @Override
  public void open(Path directory) throws Exception {
    store.open(directory, Promise.UNSYNCED);
    Entries.fill(store, payloadBytes, entries);
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long start = System.nanoTime();
    long sum = store.replay();
    long nanos = System.nanoTime() - start;
    // What settling appended, if anything, begins with zeros.
    if (sum != Entries.sum(entries)) {
      throw new IOException(name() + " read other entries than were appended");
    }
    return nanos;
  }

  @Override
  public long fixedOperations() {
    return entries;
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
