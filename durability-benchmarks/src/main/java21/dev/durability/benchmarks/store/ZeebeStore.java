package dev.durability.benchmarks.store;

import dev.durability.benchmarks.Trees;
import io.camunda.zeebe.journal.JournalMetaStore;
import io.camunda.zeebe.journal.JournalReader;
import io.camunda.zeebe.journal.file.SegmentedJournal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** The journal of Zeebe. It has one writer; threads share it. */
@NullMarked
public final class ZeebeStore implements Store {
  private final ReentrantLock lock = new ReentrantLock();
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
      journal().append(nextNumber++, payload);
      if (sync) {
        journal().flush();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long replay() {
    long sum = 0;
    try (JournalReader entries = journal().openReader()) {
      while (entries.hasNext()) {
        sum += entries.next().data().getLong(0, ByteOrder.BIG_ENDIAN);
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
}
