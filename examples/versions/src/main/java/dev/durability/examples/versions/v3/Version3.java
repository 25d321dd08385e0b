package dev.durability.examples.versions.v3;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.examples.versions.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names, order and widths changed. */
public final class Version3 implements Version<Desk, Event> {
  /** The codec of the log. */
  public static final Codec<Event> EVENTS =
      PostcardCodec.of(Event.class)
          .withDefault(Event.Opened.class, "priority", Priority.NORMAL) // Version 1 had none.
          .renamed(Event.Opened.class, "subject", "title")
          .renamed(Event.Resolved.class, "Closed");

  /** The codec of checkpoints. */
  public static final Codec<Desk> STATES =
      PostcardCodec.of(Desk.class)
          .withDefault(Desk.Ticket.class, "priority", Priority.NORMAL)
          .renamed(Desk.Ticket.class, "subject", "title");

  @Override
  public int number() {
    return 3;
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
              opened.priority(), opened.subject(), opened.tags(), Optional.empty(), true));
    } else if (event instanceof Event.Assigned assigned) {
      Desk.Ticket ticket = desk.tickets().get(assigned.ticket());
      return ticket == null
          ? desk
          : desk.with(
              assigned.ticket(),
              new Desk.Ticket(
                  ticket.priority(),
                  ticket.subject(),
                  ticket.tags(),
                  Optional.of(assigned.to()),
                  ticket.open()));
    }
    Event.Resolved resolved = (Event.Resolved) event;
    Desk.Ticket ticket = desk.tickets().get(resolved.ticket());
    return ticket == null
        ? desk
        : desk.with(
            resolved.ticket(),
            new Desk.Ticket(
                ticket.priority(), ticket.subject(), ticket.tags(), ticket.assignee(), false));
  }

  @Override
  public Event opened(long ticket, String subject) {
    return new Event.Opened(Priority.NORMAL, subject, List.of("three"), ticket);
  }

  @Override
  public Optional<Event> assigned(long ticket, String to) {
    return Optional.of(new Event.Assigned(ticket, to));
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
