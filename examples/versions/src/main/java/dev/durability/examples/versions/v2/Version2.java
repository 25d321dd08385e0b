package dev.durability.examples.versions.v2;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.examples.versions.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tickets have a priority and tags, and are assigned. */
public final class Version2 implements Version<Desk, Event> {
  /** The codec of the log. */
  public static final Codec<Event> EVENTS =
      PostcardCodec.of(Event.class).withDefault(Event.Opened.class, "priority", Priority.NORMAL);

  /** The codec of checkpoints. */
  public static final Codec<Desk> STATES =
      PostcardCodec.of(Desk.class).withDefault(Desk.Ticket.class, "priority", Priority.NORMAL);

  @Override
  public int number() {
    return 2;
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
              opened.title(), true, opened.priority(), opened.tags(), Optional.empty()));
    } else if (event instanceof Event.Assigned assigned) {
      Desk.Ticket ticket = desk.tickets().get(assigned.ticket());
      return ticket == null
          ? desk
          : desk.with(
              assigned.ticket(),
              new Desk.Ticket(
                  ticket.title(),
                  ticket.open(),
                  ticket.priority(),
                  ticket.tags(),
                  Optional.of(assigned.to())));
    }
    Event.Closed closed = (Event.Closed) event;
    Desk.Ticket ticket = desk.tickets().get(closed.ticket());
    return ticket == null
        ? desk
        : desk.with(
            closed.ticket(),
            new Desk.Ticket(
                ticket.title(), false, ticket.priority(), ticket.tags(), ticket.assignee()));
  }

  @Override
  public Event opened(long ticket, String subject) {
    return new Event.Opened(
        Math.toIntExact(ticket), subject, Priority.HIGH, List.of("version", "two"));
  }

  @Override
  public Optional<Event> assigned(long ticket, String to) {
    return Optional.of(new Event.Assigned(Math.toIntExact(ticket), to));
  }

  @Override
  public Event closed(long ticket) {
    return new Event.Closed(Math.toIntExact(ticket));
  }

  @Override
  public List<Summary> summary(Desk desk) {
    List<Summary> summary = new ArrayList<>();
    desk.tickets()
        .forEach(
            (number, ticket) ->
                summary.add(new Summary(number, ticket.title(), ticket.open(), ticket.assignee())));
    return summary;
  }
}
