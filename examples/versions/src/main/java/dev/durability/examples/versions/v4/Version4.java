package dev.durability.examples.versions.v4;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.examples.versions.Version;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tags are gone, a ticket may be given back, and a priority has another name. */
public final class Version4 implements Version<Desk, Event> {
  private static final Instant DUE = Instant.parse("2030-01-01T00:00:00Z");

  /** The codec of the log. */
  public static final Codec<Event> EVENTS =
      PostcardCodec.of(Event.class)
          .renamed(Priority.class, "MEDIUM", "NORMAL")
          .withDefault(Event.Opened.class, "priority", Priority.MEDIUM) // Version 1 had none.
          .renamed(Event.Opened.class, "subject", "title") // Up to version 2.
          .renamed(Event.Resolved.class, "Closed");

  /** The codec of checkpoints. */
  public static final Codec<Desk> STATES =
      PostcardCodec.of(Desk.class)
          .renamed(Priority.class, "MEDIUM", "NORMAL")
          .withDefault(Desk.Ticket.class, "priority", Priority.MEDIUM)
          .renamed(Desk.Ticket.class, "subject", "title");

  @Override
  public int number() {
    return 4;
  }

  @Override
  public Codec<Event> events() {
    return EVENTS;
  }

  @Override
  public Codec<Desk> states() {
    return STATES;
  }

  @Override
  public Desk initial() {
    return new Desk(Map.of());
  }

  @Override
  public Desk apply(Desk desk, Event event) {
    if (event instanceof Event.Opened opened) {
      return desk.with(
          opened.ticket(),
          new Desk.Ticket(
              opened.subject(), true, opened.priority(), opened.due(), Optional.empty()));
    } else if (event instanceof Event.Assigned assigned) {
      Desk.Ticket ticket = desk.tickets().get(assigned.ticket());
      return ticket == null
          ? desk
          : desk.with(
              assigned.ticket(),
              new Desk.Ticket(
                  ticket.subject(), ticket.open(), ticket.priority(), ticket.due(), assigned.to()));
    }
    Event.Resolved resolved = (Event.Resolved) event;
    Desk.Ticket ticket = desk.tickets().get(resolved.ticket());
    return ticket == null
        ? desk
        : desk.with(
            resolved.ticket(),
            new Desk.Ticket(
                ticket.subject(), false, ticket.priority(), ticket.due(), ticket.assignee()));
  }

  @Override
  public Event opened(long ticket, String subject) {
    return new Event.Opened(ticket, subject, Priority.URGENT, Optional.of(DUE));
  }

  @Override
  public Optional<Event> assigned(long ticket, String to) {
    return Optional.of(new Event.Assigned(ticket, Optional.of(to)));
  }

  @Override
  public Event closed(long ticket) {
    return new Event.Resolved(ticket);
  }

  @Override
  public List<Summary> summary(Desk desk) {
    List<Summary> summary = new ArrayList<>();
    desk.tickets()
        .forEach(
            (number, ticket) ->
                summary.add(
                    new Summary(number, ticket.subject(), ticket.open(), ticket.assignee())));
    return summary;
  }
}
