package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.StoreWithEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Appends some entries, each durable, cuts off the last of them, and goes on with others in their
 * place. Only the cuts are timed.
 */
final class Cuts extends Contestant {
  static final int APPENDED = 8;
  static final int CUT = 4;

  /** Each makes a file in our log, which stays until the round ends. */
  private static final long CUTS_MAX = 100;

  private final StoreWithEnd store;
  private final byte[] payload;
  private long appended;
  private long left;
  private long sumLeft;

  Cuts(StoreWithEnd store, Role role, byte[] payload) {
    super(store.name(), role, store.cutting());
    this.store = store;
    this.payload = payload.clone();
  }

  @Override
  public void open(Path directory) throws Exception {
    appended = 0;
    left = 0;
    sumLeft = 0;
    store.open(directory, Promise.DURABLE);
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long nanos = 0;
    for (long i = 0; i < operations; i++) {
      for (int each = 0; each < APPENDED; each++) {
        append(each < APPENDED - CUT);
      }
      long start = System.nanoTime();
      store.cutAfter(left);
      long took = System.nanoTime() - start;
      nanos += took;
      if (latencies != null) {
        latencies.recordValue(Math.min(took, latencies.getHighestTrackableValue()));
      }
    }
    return nanos;
  }

  /** The number of an entry is never used again: one that was cut off is not its successor. */
  private void append(boolean stays) throws Exception {
    byte[] entry = payload.clone(); // Some stores keep the array.
    ByteBuffer.wrap(entry).putLong(appended);
    store.append(entry);
    if (stays) {
      left++;
      sumLeft += appended;
    }
    appended++;
  }

  @Override
  public void settle() throws Exception {
    store.settle();
    long found = store.replay();
    if (found != sumLeft) {
      throw new IOException(
          name() + " has other entries than those that were left: " + found + ", not " + sumLeft);
    }
  }

  @Override
  public long operationsMax() {
    return CUTS_MAX;
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
