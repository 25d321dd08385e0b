package dev.durability.bookkeeper.benchmark;

import dev.durability.bookkeeper.BookKeeperOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.apache.bookkeeper.client.api.BookKeeper;
import org.apache.bookkeeper.client.api.DigestType;
import org.apache.bookkeeper.client.api.LedgerEntries;
import org.apache.bookkeeper.client.api.LedgerEntry;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.apache.bookkeeper.conf.ClientConfiguration;

/**
 * BookKeeper's own client with the settings that the directory has: each entry is one of a ledger.
 * It reads as its users do who want all: many at once, the next ones asked for ahead.
 */
final class BareLedger implements Subject {
  private static final byte[] PASSWORD = new byte[0];
  private static final int ENTRIES_AT_ONCE = 1024;

  private final BookKeeper client;
  private final WriteHandle ledger;

  BareLedger(BookKeeperOptions options) throws Exception {
    ClientConfiguration configuration = new ClientConfiguration();
    configuration.setMetadataServiceUri(
        "zk+hierarchical://" + options.servers().replace(',', ';') + options.ledgersRoot());
    configuration.setThrottleValue(0);
    client = BookKeeper.newBuilder(configuration).build();
    ledger =
        client
            .newCreateLedgerOp()
            .withEnsembleSize(options.ensembleSize())
            .withWriteQuorumSize(options.writeQuorum())
            .withAckQuorumSize(options.ackQuorum())
            .withDigestType(DigestType.CRC32C)
            .withPassword(PASSWORD)
            .execute()
            .get();
  }

  @Override
  public void append(byte[] entry) throws Exception {
    ledger.append(entry);
  }

  @Override
  public CompletableFuture<?> send(byte[] entry, Semaphore room) {
    return ledger.appendAsync(entry).whenComplete((id, failure) -> room.release());
  }

  @Override
  public long read() throws Exception {
    ledger.close(); // A reader of an open one is told late how far it goes.
    long bytes = 0;
    try (ReadHandle handle =
        client
            .newOpenLedgerOp()
            .withLedgerId(ledger.getId())
            .withDigestType(DigestType.CRC32C)
            .withPassword(PASSWORD)
            .execute()
            .get()) {
      long last = handle.getLastAddConfirmed();
      CompletableFuture<LedgerEntries> ahead = handle.readAsync(0, end(0, last));
      for (long first = 0; first <= last; first += ENTRIES_AT_ONCE) {
        try (LedgerEntries entries = ahead.get()) {
          long next = first + ENTRIES_AT_ONCE;
          if (next <= last) {
            ahead = handle.readAsync(next, end(next, last));
          }
          for (LedgerEntry entry : entries) {
            bytes += entry.getEntryBytes().length;
          }
        }
      }
    }
    return bytes;
  }

  private static long end(long first, long last) {
    return Math.min(last, first + ENTRIES_AT_ONCE - 1);
  }

  @Override
  public void close() throws Exception {
    ledger.close();
    client.close();
  }
}
