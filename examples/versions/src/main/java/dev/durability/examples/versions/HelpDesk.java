package dev.durability.examples.versions;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.Directory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * The part of the program that is the same in all versions: a log of events, and checkpoints of
 * what is known. For one thread.
 *
 * @param <S> what is known of all tickets
 * @param <E> what happens to a ticket
 */
public final class HelpDesk<S, E> implements Closeable {
  private static final int SEGMENT_BYTES = 4096;

  private final Version<S, E> version;
  private final WalWriter<E> log;
  private final CheckpointPublisher publisher;
  private final long checkpointId;
  private S state;

  private HelpDesk(
      Version<S, E> version, WalWriter<E> log, CheckpointPublisher publisher, Recovery<S> found) {
    this.version = version;
    this.log = log;
    this.publisher = publisher;
    this.checkpointId = found.checkpointId();
    this.state = found.state();
  }

  /**
   * Opens what this version or an earlier one left, or begins anew.
   *
   * @param version the version of the program
   * @param directory where its files are
   * @param <S> what is known of all tickets
   * @param <E> what happens to a ticket
   * @return the open help desk
   * @throws dev.durability.errors.SchemaException if this version cannot read what is there;
   *     nothing was changed
   * @throws dev.durability.errors.CodecException if it cannot read one of the events
   * @throws IOException if the storage fails
   */
  public static <S, E> HelpDesk<S, E> open(Version<S, E> version, Directory directory)
      throws IOException {
    WalOptions options = WalOptions.builder().segmentBytes(SEGMENT_BYTES).build();
    WalWriter<E> log = WalWriter.open(directory, version.events(), options);
    try {
      Recovery<S> found = recover(version, directory);
      Clock clock = Clock.systemUTC();
      return new HelpDesk<>(version, log, CheckpointPublisher.of(directory, clock, log), found);
    } catch (Throwable e) {
      try (log) {
        throw e;
      }
    }
  }

  /**
   * Reads what is known, and changes nothing.
   *
   * @param version the version of the program
   * @param directory where its files are
   * @param <S> what is known of all tickets
   * @param <E> what happens to a ticket
   * @return what is known
   * @throws IOException as {@link #open}
   */
  public static <S, E> Recovery<S> recover(Version<S, E> version, Directory directory)
      throws IOException {
    return Recoverer.<S, E>of(
            directory,
            version.events(),
            version::initial,
            Checkpoints.parser(version.states()),
            (state, event, id) -> version.apply(state, event))
        .recover(RecoveryOptions.latest());
  }

  /**
   * Opens a ticket. That is durable when this returns.
   *
   * @param ticket its number
   * @param subject what it is about
   * @throws IOException if the storage fails
   */
  public void openTicket(long ticket, String subject) throws IOException {
    happened(version.opened(ticket, subject));
  }

  /**
   * Gives a ticket to somebody. That is durable when this returns.
   *
   * @param ticket its number
   * @param to who works on it
   * @return whether this version can do that; if not, nothing happened
   * @throws IOException if the storage fails
   */
  public boolean assignTicket(long ticket, String to) throws IOException {
    Optional<E> event = version.assigned(ticket, to);
    if (event.isPresent()) {
      happened(event.get());
    }
    return event.isPresent();
  }

  /**
   * Closes a ticket. That is durable when this returns.
   *
   * @param ticket its number
   * @throws IOException if the storage fails
   */
  public void closeTicket(long ticket) throws IOException {
    happened(version.closed(ticket));
  }

  private void happened(E event) throws IOException {
    log.appendDurable(event);
    state = version.apply(state, event);
  }

  /**
   * Writes a checkpoint of all that happened. It is durable when this returns.
   *
   * @throws IOException if the storage fails
   */
  public void checkpoint() throws IOException {
    publisher.publish(log.lastAppendedId(), Checkpoints.content(version.states(), state));
  }

  /** {@return the tickets, in the order of their numbers} */
  public List<Version.Summary> summary() {
    return version.summary(state);
  }

  /** {@return the last event of the checkpoint from which this was opened, 0 if there was none} */
  public long checkpointId() {
    return checkpointId;
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
