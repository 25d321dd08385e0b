package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.SummingCodec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Opens a log for writing, taking all its entries; closing it is not measured. */
final class Recoveries extends Contestant {
  private final Path log;
  private final int payloadBytes;
  private final long entries;

  Recoveries(Path log, int payloadBytes, long entries) {
    super(
        "durability", Role.OURS, "a writer is open, all entries were handed over and are durable");
    this.log = log;
    this.payloadBytes = payloadBytes;
    this.entries = entries;
  }

  @Override
  public void open(Path directory) throws Exception {
    try (OwnLog filled = OwnLog.byDefault()) {
      filled.open(log, Promise.UNSYNCED);
      Entries.fill(filled, payloadBytes, entries);
    }
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    FsDirectory directory = FsDirectory.open(log);
    SummingCodec sum = new SummingCodec();
    long start = System.nanoTime();
    WalWriter<SummingCodec> writer = WalWriter.open(directory, sum, WalOptions.defaults(), sum);
    long nanos = System.nanoTime() - start;
    writer.close();
    if (sum.entries() != entries || sum.sum() != Entries.sum(entries)) {
      throw new IOException("recovery handed over " + sum.entries() + " entries, not " + entries);
    }
    return nanos;
  }

  @Override
  public long fixedOperations() {
    return entries;
  }

  @Override
  public void close() {}
}
