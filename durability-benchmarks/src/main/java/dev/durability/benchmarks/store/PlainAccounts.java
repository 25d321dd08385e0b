package dev.durability.benchmarks.store;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Accounts in a map of the JDK that nobody changes: the least that reading one can cost. */
public final class PlainAccounts extends Accounts {
  private final Map<Integer, Account> accounts = new HashMap<>();

  /** Creates accounts that are not open. */
  public PlainAccounts() {}

  @Override
  public String name() {
    return "probe: HashMap.get, without a lock";
  }

  @Override
  public String guarantee(Promise promise) {
    return "none";
  }

  @Override
  public String reading() {
    return "nobody writes";
  }

  @Override
  void open(Path directory) {
    for (int account = 0; account < COUNT; account++) {
      accounts.put(account, new Account(BALANCE, new byte[MEMO_BYTES]));
    }
  }

  @Override
  boolean withdraw(int account, long amount, byte[] memo) {
    throw new UnsupportedOperationException(
        "these accounts are only read: they are what reading costs if nobody writes");
  }

  @Override
  public long balance(int account) {
    return Objects.requireNonNull(accounts.get(account)).balance();
  }

  @Override
  public void close() {}
}
