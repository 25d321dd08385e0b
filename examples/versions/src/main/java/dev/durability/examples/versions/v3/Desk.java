package dev.durability.examples.versions.v3;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of all tickets.
 *
 * @param tickets by their numbers, which were ints
 */
public record Desk(Map<Long, Ticket> tickets) {

  /**
   * A ticket.
   *
   * @param priority how soon it needs help
   * @param subject what it is about; it was the title
   * @param tags words to find it by
   * @param assignee who works on it
   * @param open whether it is open
   */
  public record Ticket(
      Priority priority,
      String subject,
      List<String> tags,
      Optional<String> assignee,
      boolean open) {}

  Desk with(long ticket, Ticket now) {
    Map<Long, Ticket> changed = new TreeMap<>(tickets);
    changed.put(ticket, now);
    return new Desk(changed);
  }
}
