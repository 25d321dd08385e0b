package dev.durability.benchmarks.store;

import dev.durability.benchmarks.Trees;
import io.camunda.zeebe.journal.JournalMetaStore;
import io.camunda.zeebe.journal.JournalReader;
import io.camunda.zeebe.journal.file.SegmentedJournal;
import io.camunda.zeebe.util.buffer.BufferWriter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** The journal of Zeebe. It has one writer; threads share it. */
@NullMarked
public final class ZeebeStore implements StoreWithEnd {
  private static final int ENTRY_BYTES_MAX = 1 << 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final Entry entry = new Entry();
  private @Nullable Path directory;
  private @Nullable SegmentedJournal journal;
  private boolean sync;
  private long nextNumber = 1;

  /** Makes one that is not open. */
  public ZeebeStore() {}

  @Override
  public String name() {
    return "Zeebe journal";
  }

  @Override
  public String guarantee(Promise promise) {
    return promise == Promise.DURABLE
        ? "durable: append and flush() (msync) for each entry"
        : "page cache: append to mapped memory, no flush()";
  }

  @Override
  public String cutting() {
    return "durable: deleteAfter() and flush() (msync)";
  }

  @Override
  public void open(Path where, Promise promise) {
    directory = where;
    sync = promise == Promise.DURABLE;
    nextNumber = 1;
    journal =
        SegmentedJournal.builder(new SimpleMeterRegistry())
            .withName("journal")
            .withDirectory(where.toFile())
            .withMetaStore(new JournalMetaStore.InMemory())
            .build();
  }

  @Override
  public void append(byte[] payload) {
    lock.lock();
    try {
      entry.payload = payload;
      journal().append(nextNumber++, entry);
      if (sync) {
        journal().flush();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void cutAfter(long entries) {
    lock.lock();
    try {
      journal().deleteAfter(entries); // Its first index is 1.
      journal().flush();
      nextNumber = entries + 1;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long replay() {
    long sum = 0;
    byte[] copy = new byte[ENTRY_BYTES_MAX];
    ByteBuffer view = ByteBuffer.wrap(copy);
    try (JournalReader entries = journal().openReader()) {
      while (entries.hasNext()) {
        DirectBuffer data = entries.next().data();
        data.getBytes(0, copy, 0, data.capacity());
        sum += view.getLong(0);
      }
    }
    return sum;
  }

  @Override
  public void settle() throws Exception {
    journal().flush();
    if (!sync) {
      Trees.sync(Objects.requireNonNull(directory));
    }
  }

  private SegmentedJournal journal() {
    return Objects.requireNonNull(journal, "opened");
  }

  @Override
  public void close() {
    journal().close();
  }

  /** Writes an array where the journal says. */
  private static final class Entry implements BufferWriter {
    private byte[] payload = new byte[0];

    @Override
    public int getLength() {
      return payload.length;
    }

    @Override
    public void write(MutableDirectBuffer buffer, int offset) {
      buffer.putBytes(offset, payload);
    }
  }
}
