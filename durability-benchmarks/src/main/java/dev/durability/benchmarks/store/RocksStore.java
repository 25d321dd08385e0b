package dev.durability.benchmarks.store;

import dev.durability.benchmarks.Trees;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB: each entry is put under the next number. */
public final class RocksStore implements StoreById, StoreByKey, StoreWithEnd {
  private static final long COMPACTION_SECONDS_MAX = 60;

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
  public String reading() {
    return "get: checks the checksum of a block that is not in its cache, which has 32 MiB";
  }

  @Override
  public String cutting() {
    return "durable: deleteRange with WriteOptions.sync=true";
  }

  @Override
  public String writing() {
    return "durable: get, then put with WriteOptions.sync=true";
  }

  @Override
  public String readingBeside() {
    return "get: a put is seen once the WAL is synced";
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
    byte[] key = key(nextKey.getAndIncrement());
    database().put(Objects.requireNonNull(writeOptions), key, payload);
  }

  @Override
  public void write(long number, byte[] payload) throws RocksDBException {
    database().put(Objects.requireNonNull(writeOptions), key(number), payload);
  }

  @Override
  public void writeEach(long count, byte[] payload) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch()) {
      for (long number = 0; number < count; number++) {
        batch.put(key(number), payload);
      }
      database().write(Objects.requireNonNull(writeOptions), batch);
    }
  }

  private static byte[] key(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  @Override
  public byte[] read(long number) throws Exception {
    byte[] value = database().get(key(number));
    if (value == null) {
      throw new NoSuchElementException("entry " + number);
    }
    return value;
  }

  @Override
  public void cutAfter(long entries) throws RocksDBException {
    database().deleteRange(Objects.requireNonNull(writeOptions), key(entries), key(nextKey.get()));
    nextKey.set(entries);
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
        awaitCompactions();
        Trees.sync(Objects.requireNonNull(directory));
      }
    }
  }

  /** They would go on during the turns of others. */
  private void awaitCompactions() throws RocksDBException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(COMPACTION_SECONDS_MAX);
    while (isCompacting() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private boolean isCompacting() throws RocksDBException {
    return database().getLongProperty("rocksdb.num-running-compactions") > 0
        || database().getLongProperty("rocksdb.compaction-pending") > 0;
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
