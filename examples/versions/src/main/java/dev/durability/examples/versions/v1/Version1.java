package dev.durability.examples.versions.v1;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.examples.versions.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tickets are opened and closed. */
public final class Version1 implements Version<Desk, Event> {
  /** The codec of the log. */
  public static final Codec<Event> EVENTS = PostcardCodec.of(Event.class);

  /** The codec of checkpoints. */
  public static final Codec<Desk> STATES = PostcardCodec.of(Desk.class);

  @Override
  public int number() {
    return 1;
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
      return desk.with(opened.ticket(), new Desk.Ticket(opened.title(), true));
    }
    Event.Closed closed = (Event.Closed) event;
    Desk.Ticket ticket = desk.tickets().get(closed.ticket());
    return ticket == null
        ? desk
        : desk.with(closed.ticket(), new Desk.Ticket(ticket.title(), false));
  }

  @Override
  public Event opened(long ticket, String subject) {
    return new Event.Opened(Math.toIntExact(ticket), subject);
  }

  @Override
  public Optional<Event> assigned(long ticket, String to) {
    return Optional.empty();
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
                summary.add(new Summary(number, ticket.title(), ticket.open(), Optional.empty())));
    return summary;
  }
}
