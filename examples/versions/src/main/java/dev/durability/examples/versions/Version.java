package dev.durability.examples.versions;

import dev.durability.codec.Codec;
import java.util.List;
import java.util.Optional;

/**
 * What differs from one version of the program to the next: its records, and how it reads those of
 * the versions before it. An object has no state.
 *
 * @param <S> what is known of all tickets; a checkpoint is one such value
 * @param <E> what happens to a ticket; the log has one after the other
 */
public interface Version<S, E> {

  /** {@return the number of the version, from 1 on} */
  int number();

  /** {@return the codec of the log, which also reads what earlier versions wrote} */
  Codec<E> events();

  /** {@return the codec of checkpoints, which also reads those of earlier versions} */
  Codec<S> states();

  /** {@return what is known before anything happened} */
  S initial();

  /**
   * Applies an event.
   *
   * @param state what is known; it is not changed
   * @param event what happened
   * @return what is known now
   */
  S apply(S state, E event);

  /**
   * Makes the event that a ticket was opened.
   *
   * @param ticket its number
   * @param subject what it is about
   * @return the event, as this version writes it
   */
  E opened(long ticket, String subject);

  /**
   * Makes the event that a ticket was given to somebody.
   *
   * @param ticket its number
   * @param to who works on it
   * @return the event; empty if this version knows none
   */
  Optional<E> assigned(long ticket, String to);

  /**
   * Makes the event that a ticket was closed.
   *
   * @param ticket its number
   * @return the event, as this version writes it
   */
  E closed(long ticket);

  /**
   * Tells what is known in a way that all versions share.
   *
   * @param state what is known
   * @return the tickets, in the order of their numbers
   */
  List<Summary> summary(S state);

  /**
   * What is known of a ticket.
   *
   * @param ticket its number
   * @param subject what it is about
   * @param open whether it is open
   * @param assignee who works on it; empty if nobody does, or if the version does not know
   */
  record Summary(long ticket, String subject, boolean open, Optional<String> assignee) {}
}
