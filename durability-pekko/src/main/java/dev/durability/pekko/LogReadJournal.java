package dev.durability.pekko;

import org.apache.pekko.NotUsed;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentPersistenceIdsQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.PersistenceIdsQuery;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Queries over a {@link Journal}, for Java. They have what was acknowledged, and see new events as
 * soon as those are. They run in the actor system of the journal.
 *
 * <pre>{@code
 * LogReadJournal events =
 *     PersistenceQuery.get(system)
 *         .getReadJournalFor(LogReadJournal.class, LogReadJournal.IDENTIFIER);
 * }</pre>
 */
public final class LogReadJournal
    implements EventsByPersistenceIdQuery,
        CurrentEventsByPersistenceIdQuery,
        PersistenceIdsQuery,
        CurrentPersistenceIdsQuery {
  /** Where the settings of the queries are. */
  public static final String IDENTIFIER = "pekko.persistence.query.journal.durability";

  private final EventQueries queries;

  LogReadJournal(EventQueries queries) {
    this.queries = queries;
  }

  /**
   * Returns the events of an id, in the order of their numbers, and those that follow. The stream
   * ends when {@code toSequenceNr} is reached, and fails if the journal does.
   *
   * @param persistenceId whose events
   * @param fromSequenceNr the first
   * @param toSequenceNr the last; {@code Long.MAX_VALUE} for a stream without an end
   * @return the stream; the offset of each event is its sequence number
   */
  @Override
  public Source<EventEnvelope, NotUsed> eventsByPersistenceId(
      String persistenceId, long fromSequenceNr, long toSequenceNr) {
    return queries.events(persistenceId, fromSequenceNr, toSequenceNr);
  }

  /**
   * Returns the events of an id that are there when the stream starts.
   *
   * @param persistenceId whose events
   * @param fromSequenceNr the first
   * @param toSequenceNr the last
   * @return the stream; the offset of each event is its sequence number
   */
  @Override
  public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(
      String persistenceId, long fromSequenceNr, long toSequenceNr) {
    return queries.currentEvents(persistenceId, fromSequenceNr, toSequenceNr);
  }

  /**
   * Returns all ids that ever wrote an event, and those that are new.
   *
   * @return the stream, which does not end
   */
  @Override
  public Source<String, NotUsed> persistenceIds() {
    return queries.ids();
  }

  /**
   * Returns all ids that ever wrote an event before the stream starts.
   *
   * @return the stream
   */
  @Override
  public Source<String, NotUsed> currentPersistenceIds() {
    return queries.currentIds();
  }
}
