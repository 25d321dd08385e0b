package dev.durability.benchmarks.store;

import dev.durability.benchmarks.CannotRunException;
import dev.durability.benchmarks.Trees;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Objects;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/** Chronicle Queue, one thread. It writes to mapped memory and leaves the disk to the system. */
public final class ChronicleStore implements StoreById {
  private static final int ENTRY_BYTES_MAX = 1 << 16;

  private @Nullable Path directory;
  private @Nullable ChronicleQueue queue;
  private @Nullable ExcerptAppender appender;
  private @Nullable Bytes<ByteBuffer> buffer;
  private @Nullable ExcerptTailer byIndex;
  private long firstIndex;

  /** Creates a store that is not open. */
  public ChronicleStore() {}

  @Override
  public String name() {
    return "Chronicle Queue";
  }

  @Override
  public String guarantee(Promise promise) {
    return promise == Promise.DURABLE
        ? "not durable: the page cache, which the system writes when it likes"
        : "page cache: survives the death of the process";
  }

  @Override
  public String reading() {
    return "moveToIndex and readingDocument: has no checksum; its index in the file has every 256th"
        + " entry";
  }

  @Override
  public boolean gives(Promise promise) {
    return promise == Promise.UNSYNCED;
  }

  @Override
  public void open(Path where, Promise promise) {
    directory = where;
    ChronicleQueue opened = ChronicleQueue.singleBuilder(where).build();
    queue = opened;
    appender = opened.createAppender();
    buffer = Bytes.elasticByteBuffer();
  }

  @Override
  public void append(byte[] payload) {
    Bytes<ByteBuffer> bytes = Objects.requireNonNull(buffer);
    bytes.clear();
    bytes.write(payload);
    Objects.requireNonNull(appender).writeBytes(bytes);
  }

  @Override
  public long replay() {
    long sum = 0;
    byte[] copy = new byte[ENTRY_BYTES_MAX];
    ByteBuffer view = ByteBuffer.wrap(copy);
    try (ExcerptTailer entries = Objects.requireNonNull(queue).createTailer()) {
      while (true) {
        try (DocumentContext entry = entries.readingDocument()) {
          if (!entry.isPresent()) {
            return sum;
          }
          Objects.requireNonNull(entry.wire()).bytes().read(copy);
          sum += view.getLong(0);
        }
      }
    }
  }

  @Override
  public byte[] read(long number) throws Exception {
    ExcerptTailer tailer = byIndex == null ? findFirst() : byIndex;
    if (!tailer.moveToIndex(firstIndex + number)) {
      throw new NoSuchElementException("entry " + number);
    }
    try (DocumentContext entry = tailer.readingDocument()) {
      if (!entry.isPresent()) {
        throw new NoSuchElementException("entry " + number);
      }
      Bytes<?> bytes = Objects.requireNonNull(entry.wire()).bytes();
      byte[] copy = new byte[(int) bytes.readRemaining()];
      int unused = bytes.read(copy);
      return copy;
    }
  }

  /** Indexes are consecutive within a day. */
  private ExcerptTailer findFirst() throws CannotRunException {
    ChronicleQueue source = Objects.requireNonNull(queue);
    RollCycle days = source.rollCycle();
    if (days.toCycle(source.firstIndex()) != days.toCycle(source.lastIndex())) {
      throw new CannotRunException("a day ended (UTC) while it was filled; run this again");
    }
    firstIndex = source.firstIndex();
    ExcerptTailer tailer = source.createTailer();
    byIndex = tailer;
    return tailer;
  }

  @Override
  public void settle() throws Exception {
    Trees.sync(Objects.requireNonNull(directory));
  }

  @Override
  public void close() {
    if (byIndex != null) {
      byIndex.close();
      byIndex = null;
    }
    Objects.requireNonNull(appender).close();
    Objects.requireNonNull(queue).close();
    Objects.requireNonNull(buffer).releaseLast();
  }
}
