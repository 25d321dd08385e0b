package dev.durability.examples.versions.v1;

import java.util.Map;
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
   */
  public record Ticket(String title, boolean open) {}

  Desk with(int ticket, Ticket now) {
    Map<Integer, Ticket> changed = new TreeMap<>(tickets);
    changed.put(ticket, now);
    return new Desk(changed);
  }
}
