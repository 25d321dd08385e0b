package dev.durability.benchmarks.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Accounts in a store of keys and values. A lock for each account keeps others from between the
 * look and the write; withdrawals from other accounts go on, and share the syncs of the store.
 */
final class LockedAccounts extends Accounts {
  private final StoreByKey store;
  private final ReentrantLock[] locks =
      IntStream.range(0, COUNT)
          .mapToObj(account -> new ReentrantLock())
          .toArray(ReentrantLock[]::new);

  LockedAccounts(StoreByKey store) {
    this.store = store;
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public String guarantee(Promise promise) {
    return store.writing() + "; a lock per account";
  }

  @Override
  public String reading() {
    return store.readingBeside();
  }

  @Override
  void open(Path directory) throws Exception {
    store.open(directory, Promise.DURABLE);
    store.writeEach(COUNT, value(BALANCE, new byte[MEMO_BYTES]));
  }

  @Override
  boolean withdraw(int account, long amount, byte[] memo) throws Exception {
    ReentrantLock lock = locks[account];
    lock.lock();
    try {
      long balance = balanceIn(store.read(account));
      if (balance < amount) {
        return false;
      }
      store.write(account, value(balance - amount, memo));
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long balance(int account) throws Exception {
    return balanceIn(store.read(account));
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
