package dev.durability.bookkeeper.benchmark;

import dev.durability.bookkeeper.BookKeeperDirectory;
import dev.durability.bookkeeper.BookKeeperOptions;
import dev.durability.codec.Codecs;
import dev.durability.log.ReplayMode;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** A log on BookKeeper. */
final class OurLog implements Subject {
  private final BookKeeperDirectory directory;
  private final WalWriter<byte[]> log;

  OurLog(BookKeeperOptions options) throws Exception {
    directory = BookKeeperDirectory.open(options);
    log = WalWriter.open(directory, Codecs.bytes(), WalOptions.defaults());
  }

  @Override
  public void append(byte[] entry) throws Exception {
    log.appendDurable(entry);
  }

  @Override
  public CompletableFuture<?> send(byte[] entry, Semaphore room) throws Exception {
    return log.appendAsync(entry).whenComplete((id, failure) -> room.release());
  }

  @Override
  public long read() throws Exception {
    log.close();
    long[] bytes = {0};
    WalReader.of(directory, Codecs.bytes(), ReplayMode.PREFIX)
        .replay(1, Long.MAX_VALUE, (id, entry) -> bytes[0] += entry.length);
    return bytes[0];
  }

  @Override
  public void close() throws Exception {
    log.close();
    directory.close();
  }
}
