package dev.durability.examples.versions.v3;

import java.util.List;

/** What happens to a ticket. The variants stand in another order than before. */
public sealed interface Event {

  /**
   * Somebody works on it.
   *
   * @param ticket the number of the ticket; it was an int
   * @param to who
   */
  record Assigned(long ticket, String to) implements Event {}

  /**
   * The help was given; it was Closed.
   *
   * @param ticket the number of the ticket
   */
  record Resolved(long ticket) implements Event {}

  /**
   * Somebody needs help. The components stand in another order than before.
   *
   * @param priority how soon it needs help
   * @param subject what it is about; it was the title
   * @param tags words to find it by
   * @param ticket the number of the ticket
   */
  record Opened(Priority priority, String subject, List<String> tags, long ticket)
      implements Event {}
}
