package dev.durability.recovery;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.log.EntryAtInstant;
import dev.durability.log.ReplayMode;
import dev.durability.log.SegmentRange;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Rebuilds a state: the newest usable checkpoint, and the entries after it. It takes no lock and
 * changes nothing, and may run while a writer is at work. Calls are independent of each other; many
 * threads may make them.
 *
 * @param <S> the type of the state
 * @param <E> the type of the entries
 */
public final class Recoverer<S, E> {
  /** Each of them fails only if a publisher removed files meanwhile. */
  private static final int ATTEMPTS_MAX = 100;

  private final Directory directory;
  private final Codec<E> codec;
  private final Supplier<S> initial;
  private final Checkpoints.Parser<S> parser;
  private final Applier<S, E> applier;

  private Recoverer(
      Directory directory,
      Codec<E> codec,
      Supplier<S> initial,
      Checkpoints.Parser<S> parser,
      Applier<S, E> applier) {
    this.directory = directory;
    this.codec = codec;
    this.initial = Objects.requireNonNull(initial, "initial");
    this.parser = Objects.requireNonNull(parser, "parser");
    this.applier = Objects.requireNonNull(applier, "applier");
  }

  /**
   * Applies an entry to a state.
   *
   * @param <S> the type of the state
   * @param <E> the type of the entries
   */
  @FunctionalInterface
  public interface Applier<S, E> {
    /**
     * Applies it. The result may depend on nothing but the arguments.
     *
     * @param state the state before it
     * @param entry the entry
     * @param entryId the id of the entry
     * @return the state with the entry in it: the same object, or another
     */
    S apply(S state, E entry, long entryId);
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
    return of(directory, codec, machine::initial, machine::read, machine::apply);
  }

  /**
   * Returns a recoverer of a state that is given by functions.
   *
   * @param directory where the log is
   * @param codec turns bytes into entries
   * @param initial makes the state that holds no entry; each call a new one if states are mutable
   * @param parser reads a state from a checkpoint, to its end
   * @param applier applies an entry
   * @param <S> the type of the state
   * @param <E> the type of the entries
   * @return the recoverer; nothing is read yet
   */
  public static <S, E> Recoverer<S, E> of(
      Directory directory,
      Codec<E> codec,
      Supplier<S> initial,
      Checkpoints.Parser<S> parser,
      Applier<S, E> applier) {
    return new Recoverer<>(directory, codec, initial, parser, applier);
  }

  /**
   * Recovers a state. If there is no log, that is the initial state, unless recovery is {@linkplain
   * RecoveryOptions#strict strict}.
   *
   * @param options how far, and what to accept
   * @return the state, and what it was built from
   * @throws dev.durability.errors.CorruptLogException if the log is damaged as far as it is read
   * @throws DurabilityException if the log does not reach back to a usable checkpoint, or to the
   *     instant; then there is no state, never a partial one. Also if applying an entry fails; the
   *     message names it. Also if a publisher removed what was to be read, at each of 100 attempts
   * @throws NoSuchFileException if there is no log, and recovery is strict
   * @throws IOException if the storage, the codec or a function fails
   */
  public Recovery<S> recover(RecoveryOptions options) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Files before;
      try {
        before = files();
      } catch (NoSuchFileException noLog) {
        if (options.mode() == ReplayMode.STRICT) {
          throw noLog;
        }
        return withoutLog(options);
      }
      try {
        return recoverOnce(options);
      } catch (NoSuchFileException | DurabilityException e) {
        // A publisher may have removed what was about to be read. Then there is a newer checkpoint.
        if (before.equals(files())) {
          throw e;
        }
        if (attempt == ATTEMPTS_MAX) {
          throw new DurabilityException(
              "the log was truncated "
                  + attempt
                  + " times while it was recovered, each time before all was read: hold its segments"
                  + " (WalHolds), publish checkpoints less often, or keep more of them",
              e);
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
    CheckpointLoader<S> loader = new CheckpointLoader<>(directory, initial, parser);
    String path = options.checkpoint();
    CheckpointLoader.Loaded<S> loaded =
        path == null
            ? loader.load(lastId)
            : loader.loadFrom(path, WalMaintenance.logId(directory), lastId);
    long fromId = loaded.lastEntryId() + 1;
    refuseIfOutOfReach(fromId, loader.damaged());
    Fold fold = new Fold(loaded.state(), loaded.lastEntryId());
    WalReader.of(directory, codec, options.mode()).replay(fromId, lastId, fold::add);
    if (path != null && fold.entries == 0) {
      refuseIfBeyondEnd(path, loaded.lastEntryId());
    }
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
   * @throws IOException if the storage fails, or the parser cannot read a checkpoint that is whole,
   *     or leaves a part of it unread: the message names the file and the offset
   */
  public Recovery<S> loadCheckpoint() throws IOException {
    CheckpointLoader<S> loader = new CheckpointLoader<>(directory, initial, parser);
    CheckpointLoader.Loaded<S> loaded = loader.load(Long.MAX_VALUE);
    return new Recovery<>(
        loaded.state(), loaded.lastEntryId(), loaded.lastEntryId(), 0, loader.damaged(), List.of());
  }

  /** The caller's checkpoint alone, or the initial state: one of the log's without it is damage. */
  private Recovery<S> withoutLog(RecoveryOptions options) throws IOException {
    CheckpointLoader<S> loader = new CheckpointLoader<>(directory, initial, parser);
    String path = options.checkpoint();
    CheckpointLoader.Loaded<S> loaded =
        path == null ? loader.load(0) : loader.loadFrom(path, null, options.lastEntryId());
    return new Recovery<>(
        loaded.state(), loaded.lastEntryId(), loaded.lastEntryId(), 0, loader.damaged(), List.of());
  }

  /** A log that ends before what its checkpoint contains has lost entries. */
  private void refuseIfBeyondEnd(String path, long lastEntryId) throws IOException {
    List<SegmentRange> segments = WalMaintenance.segments(directory);
    long end = segments.get(segments.size() - 1).lastEntryId();
    if (end < lastEntryId) {
      throw new DurabilityException(
          "the checkpoint "
              + path
              + " contains entries up to "
              + lastEntryId
              + ", but the log ends at entry "
              + end
              + ": entries were lost or cut off since it was written. Recover from an older one");
    }
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
        state = Objects.requireNonNull(applier.apply(state, entry, id), "the new state is null");
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
