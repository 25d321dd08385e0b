package dev.durability.benchmarks.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Accounts in a table of SQLite. A withdrawal is one statement, which looks and writes. There is
 * one writer at a time, which threads share; each reading thread has a connection of its own.
 */
final class SqliteAccounts extends Accounts {
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Reader> idle = new ConcurrentLinkedQueue<>();
  private final List<Reader> readers = new ArrayList<>();
  private @Nullable Path directory;
  private @Nullable Connection connection;
  private @Nullable PreparedStatement update;

  @Override
  public String name() {
    return "SQLite";
  }

  @Override
  public String guarantee(Promise promise) {
    return "durable: UPDATE … WHERE id = ? AND balance >= ?, a transaction each;"
        + " journal_mode=WAL, synchronous=FULL";
  }

  @Override
  public String reading() {
    return "SELECT, a connection per reader: sees what is committed";
  }

  @Override
  void open(Path where) throws SQLException {
    directory = where;
    Connection opened = SqliteStore.connect(where, true);
    connection = opened;
    try (Statement statement = opened.createStatement()) {
      statement.execute(
          "CREATE TABLE accounts"
              + " (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, memo BLOB NOT NULL)");
    }
    opened.setAutoCommit(false);
    try (PreparedStatement insert =
        opened.prepareStatement("INSERT INTO accounts (id, balance, memo) VALUES (?, ?, ?)")) {
      for (int account = 0; account < COUNT; account++) {
        insert.setInt(1, account);
        insert.setLong(2, BALANCE);
        insert.setBytes(3, new byte[MEMO_BYTES]);
        insert.executeUpdate();
      }
    }
    opened.commit();
    opened.setAutoCommit(true);
    update =
        opened.prepareStatement(
            "UPDATE accounts SET balance = balance - ?, memo = ? WHERE id = ? AND balance >= ?");
  }

  @Override
  boolean withdraw(int account, long amount, byte[] memo) throws SQLException {
    lock.lock();
    try {
      PreparedStatement statement = Objects.requireNonNull(update);
      statement.setLong(1, amount);
      statement.setBytes(2, memo);
      statement.setInt(3, account);
      statement.setLong(4, amount);
      return statement.executeUpdate() == 1;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long balance(int account) throws SQLException {
    Reader reader = idle.poll();
    if (reader == null) {
      reader = anotherReader();
    }
    try {
      return reader.balance(account);
    } finally {
      idle.add(reader);
    }
  }

  private Reader anotherReader() throws SQLException {
    lock.lock();
    try {
      Connection opened = SqliteStore.connect(Objects.requireNonNull(directory), true);
      Reader reader =
          new Reader(opened, opened.prepareStatement("SELECT balance FROM accounts WHERE id = ?"));
      readers.add(reader);
      return reader;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      for (Reader reader : readers) {
        reader.select().close();
        reader.connection().close();
      }
      readers.clear();
      idle.clear();
      Objects.requireNonNull(update).close();
      Objects.requireNonNull(connection).close();
    } catch (SQLException e) {
      throw new IOException("closing the database failed: " + e.getMessage(), e);
    }
  }

  private record Reader(Connection connection, PreparedStatement select) {
    long balance(int account) throws SQLException {
      select.setInt(1, account);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new NoSuchElementException("account " + account);
        }
        return row.getLong(1);
      }
    }
  }
}
