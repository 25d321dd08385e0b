package dev.durability.benchmarks.store;

import dev.durability.Applied;
import dev.durability.Command;
import dev.durability.CommandMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;

/** Accounts in a map, and the commands that change them. */
final class Ledger extends CommandMachine<Map<Integer, Account>, Ledger.Change> {

  /** An entry. */
  sealed interface Change permits OpenAccounts, Withdraw, Filler {}

  /** Opens accounts, each with a balance and an empty memo. */
  record OpenAccounts(int count, long balance)
      implements Change, Command<Map<Integer, Account>, Integer> {
    @Override
    public Applied<Map<Integer, Account>, Integer> applyTo(
        Map<Integer, Account> accounts, long entryId) {
      for (int account = 0; account < count; account++) {
        accounts.put(account, new Account(balance, new byte[Accounts.MEMO_BYTES]));
      }
      return new Applied<>(accounts, accounts.size());
    }
  }

  /** Withdraws, if the balance covers it; answers whether it does. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Withdraw(int account, long amount, byte[] memo)
      implements Change, Command<Map<Integer, Account>, Boolean> {
    @Override
    public Applied<Map<Integer, Account>, Boolean> applyTo(
        Map<Integer, Account> accounts, long entryId) {
      Account before = accounts.get(account);
      if (before == null || before.balance() < amount) {
        return new Applied<>(accounts, false);
      }
      accounts.put(account, new Account(before.balance() - amount, memo));
      return new Applied<>(accounts, true);
    }

    /** Whether the balance covers it, for those who look before they write. */
    boolean isCoveredIn(Map<Integer, Account> accounts) {
      Account before = accounts.get(account);
      return before != null && before.balance() >= amount;
    }
  }

  /** Takes room in the log and changes nothing. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Filler(byte[] bytes) implements Change, Command<Map<Integer, Account>, Integer> {
    @Override
    public Applied<Map<Integer, Account>, Integer> applyTo(
        Map<Integer, Account> accounts, long entryId) {
      return new Applied<>(accounts, bytes.length);
    }
  }

  @Override
  public Map<Integer, Account> initial() {
    return new HashMap<>();
  }

  @Override
  public Map<Integer, Account> snapshot(Map<Integer, Account> accounts) {
    return new HashMap<>(accounts);
  }

  @Override
  public void write(Map<Integer, Account> accounts, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(accounts.size());
    for (Map.Entry<Integer, Account> account : accounts.entrySet()) {
      data.writeInt(account.getKey());
      data.writeLong(account.getValue().balance());
      data.write(account.getValue().memo());
    }
  }

  @Override
  public Map<Integer, Account> read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    Map<Integer, Account> accounts = new HashMap<>();
    for (int left = data.readInt(); left > 0; left--) {
      int account = data.readInt();
      long balance = data.readLong();
      accounts.put(account, new Account(balance, data.readNBytes(Accounts.MEMO_BYTES)));
    }
    return accounts;
  }
}
