package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.SummingCodec;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MappingDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Opens a log for writing; closing it is not measured. */
final class Recoveries extends Contestant {
  private final Path log;
  private final int payloadBytes;
  private final long entries;
  private final boolean takesEntries;
  private final boolean isMapped;

  private Recoveries(
      String name,
      Role role,
      String guarantee,
      Path log,
      int payloadBytes,
      long entries,
      boolean takesEntries,
      boolean isMapped) {
    super(name, role, guarantee);
    this.log = log;
    this.payloadBytes = payloadBytes;
    this.entries = entries;
    this.takesEntries = takesEntries;
    this.isMapped = isMapped;
  }

  /** Takes all entries; fills the log before. */
  static Recoveries takingEntries(Path log, int payloadBytes, long entries) {
    return new Recoveries(
        "durability",
        Role.OURS,
        "a writer is open, all entries were handed over and are durable",
        log,
        payloadBytes,
        entries,
        true,
        false);
  }

  /** Takes all entries from mappings of the log that the other one filled. */
  static Recoveries mapped(Path log, int payloadBytes, long entries) {
    return new Recoveries(
        "durability, mapped",
        Role.VARIANT,
        "a writer is open, all entries were handed over and are durable",
        log,
        payloadBytes,
        entries,
        true,
        true);
  }

  /** Takes none, from the log that the other one filled. */
  static Recoveries takingNone(Path log, int payloadBytes, long entries) {
    return new Recoveries(
        "durability, nobody takes the entries",
        Role.VARIANT,
        "a writer is open, all entries were checked and are durable",
        log,
        payloadBytes,
        entries,
        false,
        false);
  }

  @Override
  public void open(Path directory) throws Exception {
    if (!takesEntries || isMapped) {
      return; // The log is that of the other one.
    }
    try (OwnLog filled = OwnLog.byDefault()) {
      filled.open(log, Promise.UNSYNCED);
      Entries.fill(filled, payloadBytes, entries);
    }
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    FsDirectory files = FsDirectory.open(log);
    Directory directory = isMapped ? MappingDirectory.of(files) : files;
    SummingCodec sum = new SummingCodec();
    long start = System.nanoTime();
    WalWriter<SummingCodec> writer =
        WalWriter.open(directory, sum, WalOptions.defaults(), takesEntries ? sum : null);
    long nanos = System.nanoTime() - start;
    writer.close();
    long recovered = takesEntries ? sum.entries() : writer.recovered().intact();
    if (recovered != entries || (takesEntries && sum.sum() != Entries.sum(entries))) {
      throw new IOException("recovery found " + recovered + " entries, not " + entries);
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
