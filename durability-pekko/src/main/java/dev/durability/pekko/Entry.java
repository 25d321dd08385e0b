package dev.durability.pekko;

import java.util.List;

/** An entry of the log. */
sealed interface Entry {

  /**
   * The events of one atomic write. They are one entry, so they are recovered together or not at
   * all.
   *
   * @param persistenceId whose events they are
   * @param events the events, at least one, in the order of their sequence numbers
   */
  record Write(String persistenceId, List<StoredEvent> events) implements Entry {
    long firstSequenceNr() {
      return events.get(0).sequenceNr();
    }

    long lastSequenceNr() {
      return events.get(events.size() - 1).sequenceNr();
    }
  }

  /**
   * Events were deleted: those that the log held for the id when this was appended.
   *
   * @param persistenceId whose events they are
   * @param toSequenceNr the last that is deleted
   */
  record Delete(String persistenceId, long toSequenceNr) implements Entry {}

  /**
   * An old entry was appended again, so that the segment it was in can be removed.
   *
   * @param fromEntryId the old entry
   * @param write its content
   */
  record Carried(long fromEntryId, Write write) implements Entry {}
}
