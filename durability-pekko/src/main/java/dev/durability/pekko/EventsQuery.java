package dev.durability.pekko;

import dev.durability.pekko.EventReader.Page;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.jspecify.annotations.Nullable;

/** The events of one persistence id. */
final class EventsQuery extends Query<EventEnvelope> {
  private final String persistenceId;
  private final int bufferMax;
  private final BiFunction<String, StoredEvent, List<EventEnvelope>> decoding;
  private long from;
  private long to;
  private EventList.@Nullable Place place;

  EventsQuery(
      Callable<EventLog> opening,
      Executor reading,
      String persistenceId,
      long from,
      long to,
      int bufferMax,
      BiFunction<String, StoredEvent, List<EventEnvelope>> decoding) {
    super(opening, reading, persistenceId);
    this.persistenceId = persistenceId;
    this.bufferMax = bufferMax;
    this.decoding = decoding;
    this.from = from;
    this.to = to;
  }

  @Override
  void begin(EventLog log, boolean isCurrentOnly) {
    if (isCurrentOnly) {
      to = Math.min(to, log.index().highest(persistenceId));
    }
  }

  @Override
  @Nullable List<EventEnvelope> next(EventLog log) throws IOException {
    if (from > to) {
      return null;
    }
    Page page = log.reader().page(persistenceId, from, to, bufferMax, place);
    place = page.place();
    if (page.events().isEmpty()) {
      return null;
    }
    List<EventEnvelope> found = new ArrayList<>();
    for (StoredEvent event : page.events()) {
      found.addAll(decoding.apply(persistenceId, event));
      from = Math.max(from, event.sequenceNr() + 1);
    }
    return found;
  }

  @Override
  boolean isAtEnd(EventLog log) {
    return from > to || log.index().highest(persistenceId) >= to;
  }
}
