package dev.durability.pekko;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.persistence.journal.EventAdapters;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Makes streams of what a journal holds. A stream that waits is woken by the write that it waits
 * for: nothing polls, and nothing reads the events of other ids.
 */
final class EventQueries {
  private final Callable<EventLog> opening;
  private final Payloads payloads;
  private final EventAdapters adapters;
  private final Executor reading;
  private final int bufferMax;

  /**
   * Prepares queries; nothing is opened yet.
   *
   * @param opening opens the log
   * @param payloads deserialize events
   * @param adapters convert events that the journal holds
   * @param reading runs what waits for the disk
   * @param bufferMax how many events are read in one go
   */
  EventQueries(
      Callable<EventLog> opening,
      Payloads payloads,
      EventAdapters adapters,
      Executor reading,
      int bufferMax) {
    this.opening = opening;
    this.payloads = payloads;
    this.adapters = adapters;
    this.reading = reading;
    this.bufferMax = bufferMax;
  }

  /** The events of an id; without an end, unless {@code to} is reached. */
  Source<EventEnvelope, NotUsed> events(String persistenceId, long from, long to) {
    return source(
        () -> new EventsQuery(opening, reading, persistenceId, from, to, bufferMax, this::decode));
  }

  /** The events of an id that are there now. */
  Source<EventEnvelope, NotUsed> currentEvents(String persistenceId, long from, long to) {
    return source(
        () ->
            new EventsQuery(opening, reading, persistenceId, from, to, bufferMax, this::decode)
                .currentOnly());
  }

  /** All ids, and those that are new; without an end. */
  Source<String, NotUsed> ids() {
    return source(() -> new IdsQuery(opening, reading, bufferMax));
  }

  /** All ids that are there now. */
  Source<String, NotUsed> currentIds() {
    return source(() -> new IdsQuery(opening, reading, bufferMax).currentOnly());
  }

  private List<EventEnvelope> decode(String persistenceId, StoredEvent event) {
    return payloads.envelopes(persistenceId, event, adapters);
  }

  private static <T> Source<T, NotUsed> source(Supplier<Query<T>> query) {
    return Source.lazySource(() -> query.get().source())
        .mapMaterializedValue(later -> NotUsed.getInstance());
  }
}
