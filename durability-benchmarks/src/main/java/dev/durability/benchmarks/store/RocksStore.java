package dev.durability.benchmarks.store;

import dev.durability.benchmarks.Trees;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;

/** RocksDB: each entry is put under the next number. */
public final class RocksStore implements Store {
  private final AtomicLong nextKey = new AtomicLong();
  private @Nullable Path directory;
  private @Nullable Options options;
  private @Nullable WriteOptions writeOptions;
  private @Nullable RocksDB database;

  /** Creates a store that is not open. */
  public RocksStore() {}

  @Override
  public String name() {
    return "RocksDB";
  }

  @Override
  public String guarantee(Promise promise) {
    return promise == Promise.DURABLE
        ? "durable: WriteOptions.sync=true, the WAL is synced before put returns"
        : "none until the WAL is flushed: manual_wal_flush, WriteOptions.sync=false";
  }

  @Override
  public void open(Path where, Promise promise) throws Exception {
    RocksDB.loadLibrary();
    directory = where;
    nextKey.set(0);
    Options chosen =
        new Options().setCreateIfMissing(true).setManualWalFlush(promise == Promise.UNSYNCED);
    options = chosen;
    writeOptions = new WriteOptions().setSync(promise == Promise.DURABLE);
    database = RocksDB.open(chosen, where.toString());
  }

  @Override
  public void append(byte[] payload) throws Exception {
    byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(nextKey.getAndIncrement()).array();
    database().put(Objects.requireNonNull(writeOptions), key, payload);
  }

  @Override
  public void flush() throws RocksDBException {
    database().flushWal(false);
  }

  @Override
  public long replay() {
    long sum = 0;
    byte[] value = new byte[1 << 16];
    ByteBuffer view = ByteBuffer.wrap(value);
    try (RocksIterator entries = database().newIterator()) {
      for (entries.seekToFirst(); entries.isValid(); entries.next()) {
        int length = entries.value(value, 0, value.length);
        sum += length < Long.BYTES ? 0 : view.getLong(0);
      }
    }
    return sum;
  }

  @Override
  public void settle() throws Exception {
    database().flushWal(true);
    try (FlushOptions flush = new FlushOptions()) {
      if (!Objects.requireNonNull(writeOptions).sync()) {
        database().flush(flush.setWaitForFlush(true));
        Trees.sync(Objects.requireNonNull(directory));
      }
    }
  }

  private RocksDB database() {
    return Objects.requireNonNull(database, "opened");
  }

  @Override
  public void close() {
    database().close();
    Objects.requireNonNull(writeOptions).close();
    Objects.requireNonNull(options).close();
  }
}
