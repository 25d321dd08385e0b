package dev.durability.benchmarks.store;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.prevayler.Prevayler;
import org.prevayler.Query;
import org.prevayler.Transaction;

/**
 * Values in a map that Prevayler keeps, as a journal of changes of 4,096 of them, or as a snapshot.
 */
final class PrevaylerKept implements Kept {
  private static final int KEYS = 4096;
  private static final int VALUE_BYTES = 128;

  private final boolean isJournal;

  PrevaylerKept(boolean isJournal) {
    this.isJournal = isJournal;
  }

  @Override
  public String name() {
    return "Prevayler";
  }

  @Override
  public String opening() {
    return "the values are in memory, from its "
        + (isJournal ? "journal" : "snapshot")
        + ", with its defaults";
  }

  @Override
  public void fill(Path directory, int count) throws Exception {
    Prevayler<Values> prevayler = PrevaylerAccounts.open(directory, new Values(), false);
    byte[] value = new byte[VALUE_BYTES];
    if (isJournal) {
      for (int i = 0; i < count; i++) {
        prevayler.execute(new Put(i % KEYS, value));
      }
    } else {
      prevayler.execute(new PutEach(count));
      prevayler.takeSnapshot();
    }
    prevayler.close();
  }

  @Override
  public Opened open(Path directory) throws Exception {
    Prevayler<Values> prevayler = PrevaylerAccounts.open(directory, new Values(), true);
    return new Opened() {
      @Override
      public long count() throws Exception {
        Query<Values, Long> query =
            (values, now) -> isJournal ? values.changes : (long) values.map.size();
        return prevayler.execute(query);
      }

      @Override
      public void close() throws IOException {
        prevayler.close();
      }
    };
  }

  private static final class Values implements Serializable {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // A HashMap is.
    private final Map<Integer, byte[]> map = new HashMap<>();

    private long changes;
  }

  private static final class Put implements Transaction<Values> {
    private static final long serialVersionUID = 1;

    private final int key;
    private final byte[] value;

    Put(int key, byte[] value) {
      this.key = key;
      this.value = value;
    }

    @Override
    public void executeOn(Values values, Date now) {
      values.map.put(key, value);
      values.changes++;
    }
  }

  private static final class PutEach implements Transaction<Values> {
    private static final long serialVersionUID = 1;

    private final int count;

    PutEach(int count) {
      this.count = count;
    }

    @Override
    public void executeOn(Values values, Date now) {
      for (int key = 0; key < count; key++) {
        values.map.put(key, new byte[VALUE_BYTES]);
      }
    }
  }
}
