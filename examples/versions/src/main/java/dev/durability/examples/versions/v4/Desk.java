package dev.durability.examples.versions.v4;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of all tickets.
 *
 * @param tickets by their numbers
 */
public record Desk(Map<Long, Ticket> tickets) {

  /**
   * A ticket. The tags are gone.
   *
   * @param subject what it is about
   * @param open whether it is open
   * @param priority how soon it needs help
   * @param due when the help is too late
   * @param assignee who works on it
   */
  public record Ticket(
      String subject,
      boolean open,
      Priority priority,
      Optional<Instant> due,
      Optional<String> assignee) {}

  Desk with(long ticket, Ticket now) {
    Map<Long, Ticket> changed = new TreeMap<>(tickets);
    changed.put(ticket, now);
    return new Desk(changed);
  }
}
