package dev.durability.examples.versions.v5;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What happens to a ticket. */
public sealed interface Event {

  /**
   * Somebody needs help.
   *
   * @param ticket the number of the ticket
   * @param subject what it is about
   * @param severity from 1, as soon as possible, to 4; it was a constant
   * @param due when the help is too late
   */
  record Opened(long ticket, String subject, int severity, Optional<Instant> due)
      implements Event {}

  /**
   * Who works on it; it was one person at most.
   *
   * @param ticket the number of the ticket
   * @param to all who do
   */
  record Assigned(long ticket, Set<Person> to) implements Event {}

  /**
   * The help was given.
   *
   * @param ticket the number of the ticket
   */
  record Resolved(long ticket) implements Event {}
}
