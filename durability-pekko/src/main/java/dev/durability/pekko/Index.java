package dev.durability.pekko;

import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of the log hold the events of which persistence id. One thread applies entries, any
 * number read.
 */
final class Index {
  private static final Schema SCHEMA =
      Schema.of("application/vnd.durability.pekko-index", "1".getBytes(StandardCharsets.US_ASCII));

  private static final int STRIPES = 64;

  private final Map<String, EventList> lists = new ConcurrentHashMap<>();
  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  /** All ids, in the order in which they came; it only grows. */
  private final List<String> ids = new ArrayList<>();

  private final ReentrantLock idsLock = new ReentrantLock();

  Index() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  /** Applies an entry that is as durable as is asked for. Applying it again changes nothing. */
  void apply(long entryId, Entry entry) {
    if (entry instanceof Entry.Write write) {
      ReentrantLock lock = lock(write.persistenceId());
      try {
        list(write.persistenceId()).write(entryId, write.firstSequenceNr(), write.lastSequenceNr());
      } finally {
        lock.unlock();
      }
    } else if (entry instanceof Entry.Delete delete) {
      EventList known = lists.get(delete.persistenceId());
      if (known != null) {
        ReentrantLock lock = lock(delete.persistenceId());
        try {
          known.delete(entryId, delete.toSequenceNr());
        } finally {
          lock.unlock();
        }
      }
    } else if (entry instanceof Entry.Carried carried) {
      String id = carried.write().persistenceId();
      EventList known = lists.get(id);
      if (known != null) {
        ReentrantLock lock = lock(id);
        try {
          known.move(carried.fromEntryId(), entryId);
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private EventList list(String persistenceId) {
    EventList known = lists.get(persistenceId);
    if (known == null) {
      known = new EventList();
      put(persistenceId, known);
    }
    return known;
  }

  private void put(String persistenceId, EventList list) {
    lists.put(persistenceId, list);
    idsLock.lock();
    try {
      ids.add(persistenceId);
    } finally {
      idsLock.unlock();
    }
  }

  long highest(String persistenceId) {
    return with(persistenceId, EventList::highest, 0L);
  }

  /** The items of an id, from a place on or, if that does not fit any more, from the first. */
  EventList.Items items(String persistenceId, EventList.@Nullable Place from) {
    return with(persistenceId, list -> list.items(from), EventList.Items.none());
  }

  private <R> R with(String persistenceId, Function<EventList, R> question, R unknown) {
    EventList known = lists.get(persistenceId);
    if (known == null) {
      return unknown;
    }
    ReentrantLock lock = lock(persistenceId);
    try {
      return question.apply(known);
    } finally {
      lock.unlock();
    }
  }

  /** The ids from a position on, at most so many. */
  List<String> ids(int from, int max) {
    idsLock.lock();
    try {
      return List.copyOf(ids.subList(from, Math.min(ids.size(), from + max)));
    } finally {
      idsLock.unlock();
    }
  }

  int size() {
    idsLock.lock();
    try {
      return ids.size();
    } finally {
      idsLock.unlock();
    }
  }

  /** Names each entry that holds events which are not deleted. */
  void forEachEntry(LongConsumer target) {
    for (String id : lists.keySet()) {
      EventList.Items items = items(id, null);
      while (items.next()) {
        target.accept(items.entryId());
      }
    }
  }

  /**
   * Writes the index. Entries that are applied meanwhile may be in it, or not.
   *
   * @return the smallest entry that holds events which are not deleted
   */
  long writeTo(OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    long firstEntryId = Long.MAX_VALUE;
    for (Map.Entry<String, EventList> each : lists.entrySet()) {
      byte[] id = each.getKey().getBytes(StandardCharsets.UTF_8);
      out.writeInt(id.length);
      out.write(id);
      EventList.Items items;
      ReentrantLock lock = lock(each.getKey());
      try {
        each.getValue().writeTo(out);
        items = each.getValue().items(null);
      } finally {
        lock.unlock();
      }
      while (items.next()) {
        firstEntryId = Math.min(firstEntryId, items.entryId());
      }
    }
    out.writeInt(-1);
    return firstEntryId;
  }

  static Optional<Schema> schema() {
    return Optional.of(SCHEMA);
  }

  static Index readFrom(InputStream stream, Optional<Schema> written) throws IOException {
    if (!schema().equals(written)) {
      throw new SchemaException(
          "this is not an index of a journal in a version that is known ("
              + written.map(Schema::toString).orElse("it has no schema")
              + "): use the version of durability-pekko that wrote it",
          List.of());
    }
    DataInputStream in = new DataInputStream(stream);
    Index index = new Index();
    for (int length = in.readInt(); length >= 0; length = in.readInt()) {
      byte[] id = in.readNBytes(length);
      if (id.length < length) {
        throw new CodecException("the index ends in the middle of a persistence id");
      }
      index.put(new String(id, StandardCharsets.UTF_8), EventList.readFrom(in));
    }
    return index;
  }

  private ReentrantLock lock(String persistenceId) {
    int hash = persistenceId.hashCode();
    ReentrantLock lock = stripes[(hash ^ (hash >>> 16)) & (STRIPES - 1)];
    lock.lock();
    return lock;
  }
}
