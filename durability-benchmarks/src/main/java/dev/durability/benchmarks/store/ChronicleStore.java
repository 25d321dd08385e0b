package dev.durability.benchmarks.store;

import dev.durability.benchmarks.Trees;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/** Chronicle Queue, one thread. It writes to mapped memory and leaves the disk to the system. */
public final class ChronicleStore implements Store {
  private static final int ENTRY_BYTES_MAX = 1 << 16;

  private @Nullable Path directory;
  private @Nullable ChronicleQueue queue;
  private @Nullable ExcerptAppender appender;
  private @Nullable Bytes<ByteBuffer> buffer;

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
  public void settle() throws Exception {
    Trees.sync(Objects.requireNonNull(directory));
  }

  @Override
  public void close() {
    Objects.requireNonNull(appender).close();
    Objects.requireNonNull(queue).close();
    Objects.requireNonNull(buffer).releaseLast();
  }
}
