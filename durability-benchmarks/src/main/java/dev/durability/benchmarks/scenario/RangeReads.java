package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.SummingCodec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Reads all entries of one log in order: as a range, with an open writer, or as a replay. */
final class RangeReads extends Contestant {
  private final Path log;
  private final int payloadBytes;
  private final long entries;
  private final boolean isRange;
  private final SummingCodec sum = new SummingCodec();
  private @Nullable FsDirectory directory;
  private @Nullable WalWriter<SummingCodec> writer;

  private RangeReads(
      String name, Role role, Path log, int payloadBytes, long entries, boolean isRange) {
    super(name, role, "checks each checksum");
    this.log = log;
    this.payloadBytes = payloadBytes;
    this.entries = entries;
    this.isRange = isRange;
  }

  /** As a range; fills the log before. */
  static RangeReads byId(Path log, int payloadBytes, long entries) {
    return new RangeReads("durability", Role.OURS, log, payloadBytes, entries, true);
  }

  /** As a replay of the log that the other one filled, and keeps open. */
  static RangeReads replay(Path log, int payloadBytes, long entries) {
    return new RangeReads(
        "probe: replay of the same log", Role.PROBE, log, payloadBytes, entries, false);
  }

  @Override
  public void open(Path own) throws Exception {
    if (isRange) {
      try (OwnLog filled = OwnLog.byDefault()) {
        filled.open(log, Promise.UNSYNCED);
        Entries.fill(filled, payloadBytes, entries);
      }
    }
    FsDirectory opened = FsDirectory.open(log);
    directory = opened;
    if (isRange) {
      writer = WalWriter.open(opened, sum, WalOptions.defaults());
    }
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long sumBefore = sum.sum();
    long before = sum.entries();
    long start = System.nanoTime();
    if (isRange) {
      long unused = Objects.requireNonNull(writer).read(1, entries, sum);
    } else {
      WalReader.of(Objects.requireNonNull(directory), sum)
          .replay(WalReplay.START, Long.MAX_VALUE, sum);
    }
    long nanos = System.nanoTime() - start;
    if (sum.entries() - before != entries || sum.sum() - sumBefore != Entries.sum(entries)) {
      throw new IOException(
          name() + " read " + (sum.entries() - before) + " entries, not the " + entries);
    }
    return nanos;
  }

  @Override
  public long fixedOperations() {
    return entries;
  }

  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
  }
}
