package dev.durability.pekko;

import org.apache.pekko.NotUsed;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.scaladsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.scaladsl.CurrentPersistenceIdsQuery;
import org.apache.pekko.persistence.query.scaladsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.scaladsl.PersistenceIdsQuery;
import org.apache.pekko.stream.scaladsl.Source;

/**
 * Queries over a {@link Journal}, for Scala. They have what was acknowledged, and see new events as
 * soon as those are. They run in the actor system of the journal.
 *
 * <pre>{@code
 * val events =
 *   PersistenceQuery(system)
 *     .readJournalFor[ScalaLogReadJournal](LogReadJournal.IDENTIFIER)
 * }</pre>
 */
public final class ScalaLogReadJournal
    implements EventsByPersistenceIdQuery,
        CurrentEventsByPersistenceIdQuery,
        PersistenceIdsQuery,
        CurrentPersistenceIdsQuery {
  private final EventQueries queries;

  ScalaLogReadJournal(EventQueries queries) {
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
    return queries.events(persistenceId, fromSequenceNr, toSequenceNr).asScala();
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
    return queries.currentEvents(persistenceId, fromSequenceNr, toSequenceNr).asScala();
  }

  /**
   * Returns all ids that ever wrote an event, and those that are new.
   *
   * @return the stream, which does not end
   */
  @Override
  public Source<String, NotUsed> persistenceIds() {
    return queries.ids().asScala();
  }

  /**
   * Returns all ids that ever wrote an event before the stream starts.
   *
   * @return the stream
   */
  @Override
  public Source<String, NotUsed> currentPersistenceIds() {
    return queries.currentIds().asScala();
  }
}
