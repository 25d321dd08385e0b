package dev.durability.examples.versions.v2;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of all tickets.
 *
 * @param tickets by their numbers
 */
public record Desk(Map<Integer, Ticket> tickets) {

  /**
   * A ticket.
   *
   * @param title what it is about
   * @param open whether it is open
   * @param priority how soon it needs help
   * @param tags words to find it by
   * @param assignee who works on it
   */
  public record Ticket(
      String title,
      boolean open,
      Priority priority,
      List<String> tags,
      Optional<String> assignee) {}

  Desk with(int ticket, Ticket now) {
    Map<Integer, Ticket> changed = new TreeMap<>(tickets);
    changed.put(ticket, now);
    return new Desk(changed);
  }
}
