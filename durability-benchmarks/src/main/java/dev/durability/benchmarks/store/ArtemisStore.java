package dev.durability.benchmarks.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.ArtemisConstants;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.EncodingSupport;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.apache.activemq.artemis.core.journal.LoaderCallback;
import org.apache.activemq.artemis.core.journal.PreparedTransactionInfo;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.jspecify.annotations.Nullable;

/**
 * The journal of Apache ActiveMQ Artemis over NIO, with the sizes of its broker's default
 * configuration: files of 10 MiB, a buffer of 490 KiB, data sync on.
 */
public final class ArtemisStore implements Store {
  private static final int FILE_BYTES = 10 << 20;
  private static final int FILES_MIN = 2;
  private static final int FILES_KEPT = 10;
  private static final int COMPACT_FILES_MIN = 0; // Compacting would only disturb the measurement.
  private static final int COMPACT_PERCENTAGE = 0;
  private static final byte RECORD_TYPE = 1;

  private final String name;
  private final int bufferTimeoutNanos;
  private final AtomicLong nextId = new AtomicLong(1);

  private @Nullable Path directory;
  private @Nullable JournalImpl journal;
  private boolean sync;

  private ArtemisStore(String name, int bufferTimeoutNanos) {
    this.name = name;
    this.bufferTimeoutNanos = bufferTimeoutNanos;
  }

  /** {@return the journal that gathers writes for as long as its default says} */
  public static ArtemisStore withBufferTimeout() {
    return new ArtemisStore("Artemis journal", ArtemisConstants.DEFAULT_JOURNAL_BUFFER_TIMEOUT_NIO);
  }

  /** {@return the journal that writes at once} */
  public static ArtemisStore withoutBufferTimeout() {
    return new ArtemisStore("Artemis journal, no buffer timeout", 0);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String guarantee(Promise promise) {
    String buffer =
        bufferTimeoutNanos == 0
            ? "journal-buffer-timeout 0: each write goes to the file at once"
            : "journal-buffer-timeout " + bufferTimeoutNanos + " ns (its default)";
    return promise == Promise.DURABLE
        ? "durable: sync=true, journal-datasync on; " + buffer
        : "page cache after the buffer was written: sync=false; " + buffer;
  }

  @Override
  public void open(Path where, Promise promise) throws Exception {
    directory = where;
    sync = promise == Promise.DURABLE;
    nextId.set(1);
    JournalImpl opened = create();
    journal = opened;
    opened.start();
    opened.load(new Sum());
  }

  private JournalImpl create() {
    NIOSequentialFileFactory files =
        new NIOSequentialFileFactory(
            Objects.requireNonNull(directory).toFile(),
            true,
            ArtemisConstants.DEFAULT_JOURNAL_BUFFER_SIZE_NIO,
            bufferTimeoutNanos,
            1,
            false);
    files.setDatasync(true);
    return new JournalImpl(
        FILE_BYTES,
        FILES_MIN,
        FILES_KEPT,
        COMPACT_FILES_MIN,
        COMPACT_PERCENTAGE,
        files,
        "journal",
        "amq",
        1);
  }

  @Override
  public void append(byte[] payload) throws Exception {
    journal().appendAddRecord(nextId.getAndIncrement(), RECORD_TYPE, payload, sync);
  }

  /** The journal works in order: once the last append is in the file, all of them are. */
  @Override
  public void flush() throws Exception {
    Semaphore last = new Semaphore(0);
    Completion completion = new Completion(last);
    journal()
        .appendAddRecord(
            nextId.getAndIncrement(),
            RECORD_TYPE,
            new Bytes(new byte[Long.BYTES]),
            false,
            completion);
    last.acquire();
    completion.throwFailure();
  }

  @Override
  public AsyncAppends appendAsync(int outstanding) {
    JournalImpl target = journal();
    Semaphore permits = new Semaphore(outstanding);
    Completion completion = new Completion(permits);
    return new AsyncAppends() {
      @Override
      public void append(byte[] payload) throws Exception {
        permits.acquire();
        target.appendAddRecord(
            nextId.getAndIncrement(), RECORD_TYPE, new Bytes(payload), true, completion);
      }

      @Override
      public void drain() throws Exception {
        permits.acquire(outstanding);
        permits.release(outstanding);
        completion.throwFailure();
      }
    };
  }

  @Override
  public long replay() throws Exception {
    journal().stop();
    JournalImpl again = create();
    journal = again;
    again.start();
    Sum sum = new Sum();
    again.load(sum);
    return sum.value;
  }

  @Override
  public void settle() throws Exception {
    // An append that is synced comes after everything before it.
    journal().appendAddRecord(nextId.getAndIncrement(), RECORD_TYPE, new byte[Long.BYTES], true);
  }

  private JournalImpl journal() {
    return Objects.requireNonNull(journal, "opened");
  }

  @Override
  public void close() {
    journal().stop();
  }

  private static final class Bytes implements EncodingSupport {
    private final byte[] payload;

    Bytes(byte[] payload) {
      this.payload = payload;
    }

    @Override
    public int getEncodeSize() {
      return payload.length;
    }

    @Override
    public void encode(ActiveMQBuffer buffer) {
      buffer.writeBytes(payload);
    }

    @Override
    public void decode(ActiveMQBuffer buffer) {
      // The benchmark only appends: the journal never reads a record back.
      throw new UnsupportedOperationException("the benchmark only appends; nothing is decoded");
    }
  }

  private static final class Completion implements IOCompletion {
    private final Semaphore permits;
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

    Completion(Semaphore permits) {
      this.permits = permits;
    }

    @Override
    public void storeLineUp() {}

    @Override
    public void done() {
      permits.release();
    }

    @Override
    public void onError(int code, String message) {
      failure.set(message);
      permits.release();
    }

    void throwFailure() throws IOException {
      String message = failure.get();
      if (message != null) {
        throw new IOException(message);
      }
    }
  }

  private static final class Sum implements LoaderCallback {
    private long value;

    @Override
    public void addRecord(RecordInfo info) {
      value += ByteBuffer.wrap(info.data).getLong();
    }

    @Override
    public void updateRecord(RecordInfo info) {}

    @Override
    public void deleteRecord(long id) {}

    @Override
    public void addPreparedTransaction(PreparedTransactionInfo transaction) {}

    @Override
    public void failedTransaction(long id, List<RecordInfo> records, List<RecordInfo> toDelete) {}
  }
}
