package dev.durability.examples.versions.v5;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import dev.durability.examples.versions.Version;
import dev.durability.examples.versions.v4.Version4;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Changes that need code: a number instead of a constant, and a team instead of a text. */
public final class Version5 implements Version<Desk, Event> {
  /**
   * The codec of the log. What version 4 can read is converted by a function, so nothing is said
   * here of earlier versions.
   */
  public static final Codec<Event> EVENTS =
      Codecs.upcasting(PostcardCodec.of(Event.class), Version4.EVENTS, Version5::upcast);

  /** The codec of checkpoints. */
  public static final Codec<Desk> STATES =
      Codecs.upcasting(PostcardCodec.of(Desk.class), Version4.STATES, Version5::upcast);

  private static Event upcast(dev.durability.examples.versions.v4.Event before) {
    if (before instanceof dev.durability.examples.versions.v4.Event.Opened opened) {
      return new Event.Opened(
          opened.ticket(), opened.subject(), severity(opened.priority()), opened.due());
    } else if (before instanceof dev.durability.examples.versions.v4.Event.Assigned assigned) {
      return new Event.Assigned(assigned.ticket(), team(assigned.to()));
    }
    return new Event.Resolved(
        ((dev.durability.examples.versions.v4.Event.Resolved) before).ticket());
  }

  private static Desk upcast(dev.durability.examples.versions.v4.Desk before) {
    Map<Long, Desk.Ticket> tickets = new TreeMap<>();
    before
        .tickets()
        .forEach(
            (number, ticket) ->
                tickets.put(
                    number,
                    new Desk.Ticket(
                        ticket.subject(),
                        ticket.open(),
                        severity(ticket.priority()),
                        ticket.due(),
                        team(ticket.assignee()))));
    return new Desk(tickets);
  }

  private static int severity(dev.durability.examples.versions.v4.Priority priority) {
    return switch (priority) {
      case URGENT -> 1;
      case HIGH -> 2;
      case MEDIUM -> 3;
      case LOW -> 4;
    };
  }

  private static Set<Person> team(Optional<String> assignee) {
    return assignee.map(Person::parse).map(Set::of).orElse(Set.of());
  }

  @Override
  public int number() {
    return 5;
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
          new Desk.Ticket(opened.subject(), true, opened.severity(), opened.due(), Set.of()));
    } else if (event instanceof Event.Assigned assigned) {
      Desk.Ticket ticket = desk.tickets().get(assigned.ticket());
      return ticket == null
          ? desk
          : desk.with(
              assigned.ticket(),
              new Desk.Ticket(
                  ticket.subject(), ticket.open(), ticket.severity(), ticket.due(), assigned.to()));
    }
    Event.Resolved resolved = (Event.Resolved) event;
    Desk.Ticket ticket = desk.tickets().get(resolved.ticket());
    return ticket == null
        ? desk
        : desk.with(
            resolved.ticket(),
            new Desk.Ticket(
                ticket.subject(), false, ticket.severity(), ticket.due(), ticket.assignee()));
  }

  @Override
  public Event opened(long ticket, String subject) {
    return new Event.Opened(ticket, subject, 4, Optional.empty());
  }

  @Override
  public Optional<Event> assigned(long ticket, String to) {
    return Optional.of(new Event.Assigned(ticket, Set.of(Person.parse(to))));
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
                    new Summary(
                        number, ticket.subject(), ticket.open(), names(ticket.assignee()))));
    return summary;
  }

  private static Optional<String> names(Set<Person> team) {
    Set<String> names = team.stream().map(Person::toString).collect(toCollection(TreeSet::new));
    return names.isEmpty() ? Optional.empty() : Optional.of(names.stream().collect(joining(", ")));
  }
}
