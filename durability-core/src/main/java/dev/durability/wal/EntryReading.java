package dev.durability.wal;

import dev.durability.codec.Codec;
import dev.durability.segment.Decoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries of an open log by their ids: from memory while they wait to be written, else from
 * the segments. Any number of threads.
 *
 * @param <E> the type of the entries
 */
final class EntryReading<E> {
  private final OpenLog log;
  private final EntryAppender<E> entries;
  private final Decoding<E> decoding;

  EntryReading(OpenLog log, EntryAppender<E> entries, Codec<E> codec) {
    this.log = log;
    this.entries = entries;
    this.decoding = new Decoding<>(codec);
  }

  /** See {@link WalWriter#read(long)}. */
  @Nullable WalRecord<E> durable(long id) throws IOException {
    return id < 1 ? null : one(id, log.appender::durableId);
  }

  /** See {@link WalWriter#readAppended}. */
  @Nullable WalRecord<E> appended(long id) throws IOException {
    byte[] waiting = entries.waiting(id);
    if (waiting != null) {
      ByteBuffer payload = ByteBuffer.wrap(waiting).order(ByteOrder.LITTLE_ENDIAN);
      return new WalRecord<>(id, decoding.decode(payload.asReadOnlyBuffer(), id));
    }
    if (id < 1 || id > log.locked(() -> log.queue.nextId() - 1)) {
      return null;
    }
    if (id > log.appender.writtenId() || log.locked(this::isStartingOver)) {
      entries.commitAll(false); // A round took it, and writes it at this moment.
    }
    return one(id, log.appender::writtenId);
  }

  /** Whether what is in the files may be void, and another entry have the id. */
  private boolean isStartingOver() {
    return log.queue.startedOverAt() > log.commits.durable();
  }

  /** See {@link WalWriter#read(long, long, WalReplay)}. */
  long range(long fromId, long toId, WalReplay<E> target) throws IOException {
    return log.lookup.read(fromId, toId, log.appender::durableId, decoding, target::entry);
  }

  private @Nullable WalRecord<E> one(long id, LongSupplier lastId) throws IOException {
    List<WalRecord<E>> found = new ArrayList<>(1);
    long unused =
        log.lookup.read(
            id, id, lastId, decoding, (its, entry) -> found.add(new WalRecord<>(its, entry)));
    return found.isEmpty() ? null : found.get(0);
  }
}
