package dev.durability.examples.versions.v5;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is known of all tickets.
 *
 * @param tickets by their numbers
 */
public record Desk(Map<Long, Ticket> tickets) {

  /**
   * A ticket.
   *
   * @param subject what it is about
   * @param open whether it is open
   * @param severity from 1, as soon as possible, to 4
   * @param due when the help is too late
   * @param assignee who works on it; it was one person at most
   */
  public record Ticket(
      String subject, boolean open, int severity, Optional<Instant> due, Set<Person> assignee) {}

  Desk with(long ticket, Ticket now) {
    Map<Long, Ticket> changed = new TreeMap<>(tickets);
    changed.put(ticket, now);
    return new Desk(changed);
  }
}
