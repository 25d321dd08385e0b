package dev.durability.benchmarks.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;
import org.eclipse.store.storage.embedded.types.EmbeddedStorageManager;
import org.jspecify.annotations.Nullable;

/**
 * Accounts as objects that EclipseStore keeps. An account that changed is stored, with its new
 * memo. Its documentation asks for a lock around changing and storing what threads share; here each
 * account has one.
 */
final class EclipseAccounts extends Accounts {
  private final boolean isSynced;
  private final ReentrantReadWriteLock[] locks =
      IntStream.range(0, COUNT)
          .mapToObj(account -> new ReentrantReadWriteLock())
          .toArray(ReentrantReadWriteLock[]::new);
  private @Nullable EmbeddedStorageManager storage;
  private Entry[] accounts = new Entry[0];

  private EclipseAccounts(boolean isSynced) {
    this.isSynced = isSynced;
  }

  static EclipseAccounts byDefault() {
    return new EclipseAccounts(false);
  }

  static EclipseAccounts synced() {
    return new EclipseAccounts(true);
  }

  @Override
  public String name() {
    return isSynced ? "EclipseStore, files with O_DSYNC" : "EclipseStore";
  }

  @Override
  public String guarantee(Promise promise) {
    return isSynced
        ? "durable: store of the account; its files are opened with O_DSYNC, which is our addition"
        : "page cache: store of the account, with its defaults, survives the death of the process";
  }

  @Override
  public boolean gives(Promise promise) {
    return isSynced;
  }

  @Override
  public String reading() {
    return "a field of an object, behind a read lock of ours: a change is seen once it is stored";
  }

  @Override
  void open(Path directory) throws Exception {
    Entry[] first = new Entry[COUNT];
    for (int account = 0; account < COUNT; account++) {
      first[account] = new Entry(BALANCE, new byte[MEMO_BYTES]);
    }
    accounts = first;
    storage = EclipseFiles.start(directory, first, isSynced);
  }

  @Override
  boolean withdraw(int account, long amount, byte[] memo) {
    ReentrantReadWriteLock lock = locks[account];
    lock.writeLock().lock();
    try {
      Entry entry = accounts[account];
      if (entry.balance < amount) {
        return false;
      }
      entry.balance -= amount;
      entry.memo = memo.clone(); // An object that it knows already it would not store.
      long unused = Objects.requireNonNull(storage).store(entry);
      return true;
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public long balance(int account) {
    ReentrantReadWriteLock lock = locks[account];
    lock.readLock().lock();
    try {
      return accounts[account].balance;
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() throws IOException {
    if (!Objects.requireNonNull(storage).shutdown()) {
      throw new IOException("EclipseStore did not shut down");
    }
  }

  private static final class Entry {
    private long balance;

    @SuppressWarnings({"FieldCanBeLocal", "UnusedVariable"}) // It is stored.
    private byte[] memo;

    Entry(long balance, byte[] memo) {
      this.balance = balance;
      this.memo = memo;
    }
  }
}
