package dev.durability.examples.versions.v4;

import java.time.Instant;
import java.util.Optional;

/** What happens to a ticket. */
public sealed interface Event {

  /**
   * Somebody needs help. The tags are gone.
   *
   * @param ticket the number of the ticket
   * @param subject what it is about
   * @param priority how soon it needs help
   * @param due when the help is too late; new
   */
  record Opened(long ticket, String subject, Priority priority, Optional<Instant> due)
      implements Event {}

  /**
   * Somebody works on it, or nobody does any more.
   *
   * @param ticket the number of the ticket
   * @param to who; always somebody before
   */
  record Assigned(long ticket, Optional<String> to) implements Event {}

  /**
   * The help was given.
   *
   * @param ticket the number of the ticket
   */
  record Resolved(long ticket) implements Event {}
}
