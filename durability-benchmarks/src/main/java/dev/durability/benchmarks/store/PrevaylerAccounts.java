package dev.durability.benchmarks.store;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.prevayler.Prevayler;
import org.prevayler.PrevaylerFactory;
import org.prevayler.Query;
import org.prevayler.SureTransactionWithQuery;
import org.prevayler.foundation.monitor.NullMonitor;

/** Accounts in a map that Prevayler keeps: its transactions are serialized into a journal. */
final class PrevaylerAccounts extends Accounts {
  private @Nullable Prevayler<Book> prevayler;

  @Override
  public String name() {
    return "Prevayler";
  }

  @Override
  public String guarantee(Promise promise) {
    return "durable: SureTransactionWithQuery; its defaults, which sync the journal before a"
        + " transaction is executed";
  }

  @Override
  public String reading() {
    return "Query: waits for a transaction that is executed, sees only what is durable";
  }

  @Override
  void open(Path directory) throws Exception {
    Book book = new Book();
    for (int account = 0; account < COUNT; account++) {
      book.values.put(account, value(BALANCE, new byte[MEMO_BYTES]));
    }
    prevayler = open(directory, book, true);
  }

  /** Opens what Prevayler keeps in a directory, or begins with what is given. */
  static <P> Prevayler<P> open(Path directory, P first, boolean sync) throws Exception {
    PrevaylerFactory<P> factory = new PrevaylerFactory<>();
    factory.configurePrevalentSystem(first);
    factory.configurePrevalenceDirectory(directory.toString());
    factory.configureJournalDiskSync(sync);
    factory.configureMonitor(new NullMonitor());
    return factory.create();
  }

  @Override
  boolean withdraw(int account, long amount, byte[] memo) {
    return prevayler().execute(new Withdrawal(account, amount, memo));
  }

  @Override
  public long balance(int account) throws Exception {
    Query<Book, Long> query =
        (book, now) -> balanceIn(Objects.requireNonNull(book.values.get(account)));
    return prevayler().execute(query);
  }

  private Prevayler<Book> prevayler() {
    return Objects.requireNonNull(prevayler, "opened");
  }

  @Override
  public void close() throws IOException {
    prevayler().close();
  }

  private static final class Book implements Serializable {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // A HashMap is.
    private final Map<Integer, byte[]> values = new HashMap<>();
  }

  private static final class Withdrawal implements SureTransactionWithQuery<Book, Boolean> {
    private static final long serialVersionUID = 1;

    private final int account;
    private final long amount;
    private final byte[] memo;

    Withdrawal(int account, long amount, byte[] memo) {
      this.account = account;
      this.amount = amount;
      this.memo = memo;
    }

    @Override
    public Boolean executeAndQuery(Book book, Date now) {
      long balance = balanceIn(Objects.requireNonNull(book.values.get(account)));
      if (balance < amount) {
        return false;
      }
      book.values.put(account, value(balance - amount, memo));
      return true;
    }
  }
}
