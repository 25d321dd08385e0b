package dev.durability.examples.versions.v2;

import java.util.List;

/** What happens to a ticket. */
public sealed interface Event {

  /**
   * Somebody needs help.
   *
   * @param ticket the number of the ticket
   * @param title what it is about
   * @param priority how soon it needs help; new, with a default
   * @param tags words to find it by; new, and empty without a default
   */
  record Opened(int ticket, String title, Priority priority, List<String> tags) implements Event {}

  /**
   * The help was given.
   *
   * @param ticket the number of the ticket
   */
  record Closed(int ticket) implements Event {}

  /**
   * Somebody works on it; new.
   *
   * @param ticket the number of the ticket
   * @param to who
   */
  record Assigned(int ticket, String to) implements Event {}
}
