package dev.durability.recovery;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.log.EntryAtInstant;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Rebuilds a state: the newest usable checkpoint, and the entries after it. It takes no lock and
 * changes nothing, and may run while a writer is at work. Calls are independent of each other; many
 * threads may make them.
 *
 * @param <S> the type of the state
 * @param <E> the type of the entries
 */
public final class Recoverer<S, E> {
  private static final int ATTEMPTS = 3;

  private final Directory directory;
  private final Codec<E> codec;
  private final StateMachine<S, E> machine;

  private Recoverer(Directory directory, Codec<E> codec, StateMachine<S, E> machine) {
    this.directory = directory;
    this.codec = codec;
    this.machine = machine;
  }

  /**
   * Returns a recoverer.
   *
   * @param directory where the log is
   * @param codec turns bytes into entries
   * @param machine the state, and how entries change it
   * @param <S> the type of the state
   * @param <E> the type of the entries
   * @return the recoverer; nothing is read yet
   */
  public static <S, E> Recoverer<S, E> of(
      Directory directory, Codec<E> codec, StateMachine<S, E> machine) {
    return new Recoverer<>(directory, codec, machine);
  }

  /**
   * Recovers a state.
   *
   * @param options how far, and what to accept
   * @return the state, and what it was built from
   * @throws dev.durability.errors.CorruptLogException if the log is damaged as far as it is read
   * @throws DurabilityException if the log does not reach back to a usable checkpoint, or to the
   *     instant; then there is no state, never a partial one. Also if applying an entry fails; the
   *     message names it
   * @throws NoSuchFileException if there is no log
   * @throws IOException if the storage, the codec or the machine fails
   */
  public Recovery<S> recover(RecoveryOptions options) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Files before = files();
      try {
        return recoverOnce(options);
      } catch (NoSuchFileException | DurabilityException e) {
        // A publisher may have removed what was about to be read. Then there is a newer checkpoint.
        if (attempt == ATTEMPTS || before.equals(files())) {
          throw e;
        }
      }
    }
  }

  /** The files that a publisher changes. */
  private record Files(long firstEntryId, List<Long> checkpoints) {}

  private Files files() throws IOException {
    return new Files(
        WalMaintenance.firstEntryId(directory),
        Checkpoints.in(directory, Clock.systemUTC()).list());
  }

  private Recovery<S> recoverOnce(RecoveryOptions options) throws IOException {
    Instant instant = options.instant();
    EntryAtInstant end =
        instant == null
            ? new EntryAtInstant(options.lastEntryId(), List.of())
            : WalMaintenance.lastEntryAt(directory, instant);
    long lastId = end.lastEntryId();
    CheckpointLoader<S> loader = new CheckpointLoader<>(directory, machine);
    CheckpointLoader.Loaded<S> loaded = loader.load(lastId);
    long fromId = loaded.lastEntryId() + 1;
    refuseIfOutOfReach(fromId, loader.damaged());
    Fold fold = new Fold(loaded.state(), loaded.lastEntryId());
    WalReader.of(directory, codec, options.mode()).replay(fromId, lastId, fold::add);
    return new Recovery<>(
        fold.state,
        fold.lastEntryId,
        loaded.lastEntryId(),
        fold.entries,
        loader.damaged(),
        end.standstills());
  }

  /**
   * Loads the newest usable checkpoint alone, without the entries after it.
   *
   * @return its state, or the initial state if there is none
   * @throws IOException if the storage fails, or the machine cannot read a checkpoint that is
   *     whole, or leaves a part of it unread: the message names the file and the offset
   */
  public Recovery<S> loadCheckpoint() throws IOException {
    CheckpointLoader<S> loader = new CheckpointLoader<>(directory, machine);
    CheckpointLoader.Loaded<S> loaded = loader.load(Long.MAX_VALUE);
    return new Recovery<>(
        loaded.state(), loaded.lastEntryId(), loaded.lastEntryId(), 0, loader.damaged(), List.of());
  }

  private void refuseIfOutOfReach(long fromId, int damaged) throws IOException {
    long oldest = WalMaintenance.firstEntryId(directory);
    if (oldest > fromId) {
      throw new DurabilityException(
          "the log starts at entry "
              + oldest
              + ", and no usable checkpoint reaches up to it ("
              + damaged
              + " are damaged, the best other one ends at entry "
              + (fromId - 1)
              + "); restore a checkpoint from a copy");
    }
  }

  /** Where an entry is, for messages; empty if that is unknown. */
  private String place(long id, Throwable failure) {
    try {
      return WalMaintenance.find(directory, id)
          .map(at -> " (it ends at offset " + at.offset() + " of " + at.file() + ")")
          .orElse("");
    } catch (IOException e) {
      failure.addSuppressed(e);
      return "";
    }
  }

  private final class Fold {
    private S state;
    private long lastEntryId;
    private long entries;

    Fold(S state, long lastEntryId) {
      this.state = state;
      this.lastEntryId = lastEntryId;
    }

    void add(long id, E entry) throws DurabilityException {
      try {
        state =
            Objects.requireNonNull(
                machine.apply(state, entry, id), "StateMachine.apply returned null");
      } catch (Throwable e) { // Including checked exceptions that apply does not declare.
        String what =
            "applying entry "
                + id
                + place(id, e)
                + " failed ("
                + e
                + "). Nothing was changed: fix what failed and recover again, or recover up to"
                + " the entry before it";
        if (e instanceof Error error) {
          error.addSuppressed(new DurabilityException(what));
          throw error;
        }
        throw new DurabilityException(what, e);
      }
      lastEntryId = id;
      entries++;
    }
  }
}
