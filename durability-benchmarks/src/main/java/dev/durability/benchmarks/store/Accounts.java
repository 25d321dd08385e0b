package dev.durability.benchmarks.store;

import dev.durability.benchmarks.CannotRunException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * A map of accounts. To append is to withdraw 1 from an account at random: look at its balance and,
 * if that covers it, write the new balance and a memo, 128 bytes together. No two threads may do so
 * for one account between the look and the write, and the write is durable on return. After each
 * slice the balances are added up: a withdrawal that was lost, or made twice, fails the run.
 */
public abstract class Accounts implements Store {
  /** How many accounts there are; their numbers begin with 0. */
  public static final int COUNT = 4096;

  /** The bytes of a memo, which is what {@link #append} is given. */
  public static final int MEMO_BYTES = 120;

  /** The bytes of what an account holds: its balance and a memo. */
  static final int VALUE_BYTES = Long.BYTES + MEMO_BYTES;

  /** The balance of each account at first: enough for any run. */
  static final long BALANCE = 1L << 40;

  private final LongAdder withdrawals = new LongAdder();

  /** For subclasses. */
  protected Accounts() {}

  /**
   * Opens them in an empty directory.
   *
   * @param directory the directory
   * @param promise durable: withdrawals are not measured otherwise
   * @throws Exception if that cannot run here
   */
  @Override
  public final void open(Path directory, Promise promise) throws Exception {
    if (promise != Promise.DURABLE) {
      throw new CannotRunException("accounts are only measured as durable");
    }
    withdrawals.reset();
    open(directory);
  }

  /** Opens them in an empty directory, each with the first balance and an empty memo. */
  abstract void open(Path directory) throws Exception;

  /**
   * Withdraws from an account, if its balance covers that.
   *
   * @return whether it did
   */
  abstract boolean withdraw(int account, long amount, byte[] memo) throws Exception;

  /**
   * Reads the balance of an account. Many threads may call this, while others withdraw.
   *
   * @param account its number
   * @return its balance
   * @throws Exception if that fails
   */
  public abstract long balance(int account) throws Exception;

  /** {@return what is promised of a balance that was read} */
  public abstract String reading();

  @Override
  public final void append(byte[] payload) throws Exception {
    int account = someAccount();
    if (!withdraw(account, 1, payload)) {
      throw new IOException(name() + " refused to withdraw 1 from account " + account);
    }
    withdrawn();
  }

  /** The account of the next withdrawal. */
  static int someAccount() {
    return ThreadLocalRandom.current().nextInt(COUNT);
  }

  /** A withdrawal of 1 was made. */
  final void withdrawn() {
    withdrawals.increment();
  }

  /** Checks the balances. All that was appended has returned, and is durable. */
  @Override
  public void settle() throws Exception {
    long total = 0;
    for (int account = 0; account < COUNT; account++) {
      total += balance(account);
    }
    long expected = COUNT * BALANCE - withdrawals.sum();
    if (total != expected) {
      throw new IOException(
          name() + " has balances of " + total + " in all, and should have " + expected);
    }
  }

  @Override
  public final long replay() {
    throw new UnsupportedOperationException("accounts are not a log");
  }

  /** What an account holds, as bytes. */
  static byte[] value(long balance, byte[] memo) {
    return ByteBuffer.allocate(VALUE_BYTES).putLong(balance).put(memo).array();
  }

  /** The balance in what {@link #value} made. */
  static long balanceIn(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }
}
