package dev.durability.examples.versions.v1;

/** What happens to a ticket. */
public sealed interface Event {

  /**
   * Somebody needs help.
   *
   * @param ticket the number of the ticket
   * @param title what it is about
   */
  record Opened(int ticket, String title) implements Event {}

  /**
   * The help was given.
   *
   * @param ticket the number of the ticket
   */
  record Closed(int ticket) implements Event {}
}
