package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One producer that appends ahead of what is durable, up to a number of entries. */
final class AppendsAhead extends Contestant {
  private final Store store;
  private final int outstanding;
  private final byte[] payload;
  private final double units;
  private final long operationsMax;
  private Store.@Nullable AsyncAppends appends;

  AppendsAhead(
      Store store, Role role, int outstanding, byte[] payload, double units, long operationsMax) {
    super(store.name(), role, store.guarantee(Promise.DURABLE));
    this.store = store;
    this.outstanding = outstanding;
    this.payload = payload.clone();
    this.units = units;
    this.operationsMax = operationsMax;
  }

  @Override
  public void open(Path directory) throws Exception {
    store.open(directory, Promise.DURABLE);
    try {
      appends = store.appendAsync(outstanding);
    } catch (Exception e) {
      store.close();
      throw e;
    }
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    Store.AsyncAppends target = Objects.requireNonNull(appends);
    long start = System.nanoTime();
    for (long i = 0; i < operations; i++) {
      target.append(payload);
    }
    target.drain();
    return System.nanoTime() - start;
  }

  @Override
  public void settle() throws Exception {
    store.settle();
  }

  @Override
  public int operationsMultiple() {
    return outstanding;
  }

  @Override
  public long operationsMax() {
    return operationsMax;
  }

  @Override
  public double unitsPerOperation() {
    return units;
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
