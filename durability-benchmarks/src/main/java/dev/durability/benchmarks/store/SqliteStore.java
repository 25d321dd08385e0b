package dev.durability.benchmarks.store;

import dev.durability.benchmarks.Trees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** SQLite over JDBC: each entry is a row. It has one writer at a time; threads share it. */
public final class SqliteStore implements StoreWithEnd {
  private static final int ROWS_A_TRANSACTION = 1000;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Path directory;
  private @Nullable Connection connection;
  private @Nullable PreparedStatement insert;
  private @Nullable PreparedStatement delete;
  private boolean sync;
  private int openRows;

  /** Creates a store that is not open. */
  public SqliteStore() {}

  @Override
  public String name() {
    return "SQLite";
  }

  @Override
  public String guarantee(Promise promise) {
    return promise == Promise.DURABLE
        ? "durable: journal_mode=WAL, synchronous=FULL, a transaction an entry"
        : "page cache after commit: journal_mode=WAL, synchronous=OFF, a transaction for "
            + ROWS_A_TRANSACTION
            + " entries";
  }

  @Override
  public String cutting() {
    return "durable: DELETE WHERE id > ?, a transaction; journal_mode=WAL, synchronous=FULL";
  }

  @Override
  public void open(Path where, Promise promise) throws SQLException {
    directory = where;
    sync = promise == Promise.DURABLE;
    openRows = 0;
    Connection opened = connect(where, sync);
    connection = opened;
    try (Statement statement = opened.createStatement()) {
      statement.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, payload BLOB)");
    }
    opened.setAutoCommit(sync);
    insert = opened.prepareStatement("INSERT INTO entries (payload) VALUES (?)");
    delete = opened.prepareStatement("DELETE FROM entries WHERE id > ?");
  }

  /** Opens a connection to the database of a directory, whose journal is a write-ahead log. */
  static Connection connect(Path where, boolean sync) throws SQLException {
    Connection opened = DriverManager.getConnection("jdbc:sqlite:" + where.resolve("store.db"));
    try (Statement statement = opened.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=" + (sync ? "FULL" : "OFF"));
    }
    return opened;
  }

  @Override
  public void append(byte[] payload) throws SQLException {
    lock.lock();
    try {
      PreparedStatement statement = Objects.requireNonNull(insert);
      statement.setBytes(1, payload);
      statement.executeUpdate();
      if (!sync && ++openRows == ROWS_A_TRANSACTION) {
        openRows = 0;
        connection().commit();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The first row has the id 1, and a new one the id after the largest that is there. */
  @Override
  public void cutAfter(long entries) throws SQLException {
    lock.lock();
    try {
      PreparedStatement statement = Objects.requireNonNull(delete);
      statement.setLong(1, entries);
      int unused = statement.executeUpdate();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush() throws SQLException {
    openRows = 0;
    connection().commit();
  }

  @Override
  public long replay() throws SQLException {
    long sum = 0;
    try (Statement statement = connection().createStatement();
        ResultSet rows = statement.executeQuery("SELECT payload FROM entries ORDER BY id")) {
      while (rows.next()) {
        sum += ByteBuffer.wrap(rows.getBytes(1)).getLong();
      }
    }
    return sum;
  }

  @Override
  public void settle() throws Exception {
    if (!sync) {
      flush();
      Trees.sync(Objects.requireNonNull(directory));
    }
  }

  private Connection connection() {
    return Objects.requireNonNull(connection, "opened");
  }

  @Override
  public void close() throws IOException {
    try {
      Objects.requireNonNull(insert).close();
      Objects.requireNonNull(delete).close();
      connection().close();
    } catch (SQLException e) {
      throw new IOException("closing the database failed: " + e.getMessage(), e);
    }
  }
}
