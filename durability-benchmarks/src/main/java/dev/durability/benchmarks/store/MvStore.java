package dev.durability.benchmarks.store;

import dev.durability.benchmarks.Trees;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/** H2's MVStore: each entry is put under the next number. */
public final class MvStore implements StoreByKey, StoreWithEnd {
  private static final int ENTRY_BYTES_MAX = 1 << 16;

  private final AtomicLong nextKey = new AtomicLong();
  private @Nullable Path directory;
  private @Nullable MVStore store;
  private @Nullable MVMap<Long, byte[]> map;
  private boolean sync;

  /** Creates a store that is not open. */
  public MvStore() {}

  @Override
  public String name() {
    return "H2 MVStore";
  }

  @Override
  public String guarantee(Promise promise) {
    return promise == Promise.DURABLE
        ? "durable: put, commit() and sync() for each entry"
        : "none for about a second, then the page cache: its automatic commit";
  }

  @Override
  public String cutting() {
    return "durable: remove of each entry, then commit() and sync()";
  }

  @Override
  public String writing() {
    return "durable: get, put, commit() and sync()";
  }

  @Override
  public String readingBeside() {
    return "get: a put is seen before it is committed";
  }

  @Override
  public void open(Path where, Promise promise) {
    directory = where;
    nextKey.set(0);
    sync = promise == Promise.DURABLE;
    MVStore.Builder builder = new MVStore.Builder().fileName(where.resolve("store.mv").toString());
    MVStore opened = sync ? builder.autoCommitDisabled().open() : builder.open();
    store = opened;
    map = opened.openMap("entries");
  }

  @Override
  public void append(byte[] payload) {
    write(nextKey.getAndIncrement(), payload);
  }

  @Override
  public byte[] read(long number) {
    byte[] value = Objects.requireNonNull(map).get(number);
    if (value == null) {
      throw new NoSuchElementException("entry " + number);
    }
    return value;
  }

  @Override
  public void write(long number, byte[] payload) {
    Objects.requireNonNull(map).put(number, payload);
    if (sync) {
      store().commit();
      store().sync();
    }
  }

  @Override
  public void writeEach(long count, byte[] payload) {
    MVMap<Long, byte[]> entries = Objects.requireNonNull(map);
    for (long number = 0; number < count; number++) {
      entries.put(number, payload);
    }
    store().commit();
    store().sync();
  }

  @Override
  public void cutAfter(long entries) {
    for (long key = nextKey.get() - 1; key >= entries; key--) {
      byte[] unused = Objects.requireNonNull(map).remove(key);
    }
    store().commit();
    store().sync();
    nextKey.set(entries);
  }

  @Override
  public void flush() {
    store().commit();
  }

  @Override
  public long replay() {
    long sum = 0;
    byte[] copy = new byte[ENTRY_BYTES_MAX];
    ByteBuffer view = ByteBuffer.wrap(copy);
    Cursor<Long, byte[]> entries = Objects.requireNonNull(map).cursor(null);
    while (entries.hasNext()) {
      entries.next();
      byte[] value = entries.getValue();
      System.arraycopy(value, 0, copy, 0, value.length);
      sum += view.getLong(0);
    }
    return sum;
  }

  @Override
  public void settle() throws Exception {
    store().commit();
    store().sync();
    if (!sync) {
      Trees.sync(Objects.requireNonNull(directory));
    }
  }

  private MVStore store() {
    return Objects.requireNonNull(store, "opened");
  }

  @Override
  public void close() {
    store().closeImmediately();
  }
}
