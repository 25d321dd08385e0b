package dev.durability.rust;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Recovers a state as the crate does: from a checkpoint and the entries after it. It changes
 * nothing. What the crate lets pass, this lets pass, too: a log that begins after the checkpoint
 * ends gives a partial state without a word, and best effort takes a damaged checkpoint for none.
 *
 * @param <S> the type of the state
 */
public final class CrateRecoverer<S> {

  /**
   * Applies an entry.
   *
   * @param <S> the type of the state
   */
  @FunctionalInterface
  public interface Applier<S> {
    /**
     * Applies it.
     *
     * @param state the state so far, which may be changed
     * @param id the entry's id, unsigned
     * @param payload the entry
     * @return the state after it
     * @throws IOException to give up
     */
    S apply(S state, long id, byte[] payload) throws IOException;
  }

  /** Tells whether an entry says that a checkpoint was published. */
  @FunctionalInterface
  public interface MarkerReader {
    /**
     * Looks at an entry.
     *
     * @param payload the entry
     * @return what it says; empty if it is another entry
     * @throws IOException to give up
     */
    Optional<WalEntry.Checkpoint> read(byte[] payload) throws IOException;
  }

  /**
   * A state that was recovered.
   *
   * @param state the state
   * @param lastEntryId the last entry that was applied, unsigned; that of the checkpoint if none
   *     was
   * @param checkpoint the checkpoint that it began with; null if it began with nothing
   * @param ending where the log ended
   * @param <S> the type of the state
   */
  public record Recovered<S>(
      S state, long lastEntryId, @Nullable CrateCheckpoint checkpoint, CrateEnding ending) {}

  private record Marked(WalEntry.Checkpoint marker, long id) {}

  private final Directory directory;
  private final CrateReading reading;
  private final Supplier<S> empty;
  private final Checkpoints.Parser<S> parser;
  private final Applier<S> applier;
  private final MarkerReader markers;

  private CrateRecoverer(
      Directory directory,
      CrateReading reading,
      Supplier<S> empty,
      Checkpoints.Parser<S> parser,
      Applier<S> applier,
      MarkerReader markers) {
    this.directory = directory;
    this.reading = reading;
    this.empty = empty;
    this.parser = parser;
    this.applier = applier;
    this.markers = markers;
  }

  /**
   * Recovers a state of the caller.
   *
   * @param directory the root
   * @param reading how files are read
   * @param empty makes the state before the first entry
   * @param parser reads the payload of a checkpoint
   * @param applier applies the entries after it
   * @param markers recognizes markers
   * @param <S> the type of the state
   * @return what recovers it
   */
  public static <S> CrateRecoverer<S> of(
      Directory directory,
      CrateReading reading,
      Supplier<S> empty,
      Checkpoints.Parser<S> parser,
      Applier<S> applier,
      MarkerReader markers) {
    return new CrateRecoverer<>(
        Objects.requireNonNull(directory, "directory"),
        Objects.requireNonNull(reading, "reading"),
        Objects.requireNonNull(empty, "empty"),
        Objects.requireNonNull(parser, "parser"),
        Objects.requireNonNull(applier, "applier"),
        Objects.requireNonNull(markers, "markers"));
  }

  /**
   * Recovers the state that the crate itself defines.
   *
   * @param directory the root
   * @param reading how files are read
   * @return what recovers it
   */
  public static CrateRecoverer<IndexState> ofIndex(Directory directory, CrateReading reading) {
    Codec<WalEntry> codec = WalEntry.codec();
    Checkpoints.Parser<byte[]> bytes = Checkpoints.parser(Codecs.bytes());
    return of(
        directory,
        reading,
        IndexState::new,
        in -> new IndexState(CheckpointState.codec().decode(ByteBuffer.wrap(bytes.readFrom(in)))),
        (state, id, payload) -> {
          state.apply(codec.decode(ByteBuffer.wrap(payload)));
          return state;
        },
        markersOfIndex());
  }

  /**
   * {@return what recognizes the marker of the crate itself, {@link WalEntry.Checkpoint}; an entry
   * that is no {@link WalEntry} is no marker}
   */
  public static MarkerReader markersOfIndex() {
    Codec<WalEntry> codec = WalEntry.codec();
    return payload -> {
      if (payload.length == 0 || payload[0] != 5) {
        return Optional.empty(); // Most entries, which need not be decoded.
      }
      try {
        return codec.decode(ByteBuffer.wrap(payload)) instanceof WalEntry.Checkpoint marker
            ? Optional.of(marker)
            : Optional.empty();
      } catch (CodecException anotherType) {
        return Optional.empty();
      }
    };
  }

  /**
   * Recovers from the newest checkpoint that a marker in the log names and that is there; without
   * one, from the log alone.
   *
   * @return the state
   * @throws CorruptLogException if that checkpoint is damaged and the reading is strict; if the log
   *     is; or, as in the crate from 0.6.9 on, if no such checkpoint is there and the log does not
   *     begin at entry 1
   * @throws IOException if the storage fails, or what the functions throw
   */
  public Recovered<S> recoverLatest() throws IOException {
    List<Marked> all = new ArrayList<>();
    CrateLog log = CrateLog.in(directory, reading);
    long[] first = {1};
    boolean[] any = {false};
    CrateEnding unused =
        log.replay(
            (id, payload) -> {
              if (!any[0]) {
                any[0] = true;
                first[0] = id;
              }
              markers.read(payload).ifPresent(marker -> all.add(new Marked(marker, id)));
            });
    for (int i = all.size() - 1; i >= 0; i--) {
      String path = all.get(i).marker().checkpointPath();
      if (NamedCheckpoints.isThere(directory, path)) {
        return recover(path, -1L);
      }
    }
    if (first[0] != 1 && reading.version().refusesAnUnavailablePrefix()) {
      throw unavailable(all, first[0]);
    }
    return recover(null, -1L);
  }

  private CorruptLogException unavailable(List<Marked> all, long first) throws IOException {
    String file = SegmentFile.list(directory).get(0).path();
    if (all.isEmpty()) {
      return new CorruptLogException(
          "invalid state: WAL prefix through entry "
              + Long.toUnsignedString(first - 1)
              + " is unavailable, and no checkpoint is recorded",
          file,
          0,
          1,
          Math.max(0, first - 1));
    }
    Marked newest = all.get(all.size() - 1);
    long last = newest.marker().lastEntryId();
    return new CorruptLogException(
        "invalid state: missing checkpoint "
            + newest.marker().checkpointPath()
            + " recorded by WAL entry "
            + Long.toUnsignedString(newest.id())
            + "; WAL prefix through entry "
            + Long.toUnsignedString(last)
            + " is unavailable",
        file,
        0,
        1,
        Math.max(0, last));
  }

  /**
   * Recovers from a checkpoint, or from the log alone.
   *
   * @param path the checkpoint; if it is not there, or is null, from the log alone
   * @return the state
   * @throws IOException as {@link #recoverLatest}; a log that does not begin at entry 1 passes
   */
  public Recovered<S> recover(@Nullable String path) throws IOException {
    return recover(path, -1L);
  }

  /**
   * As {@link #recover(String)}, up to an entry.
   *
   * @param path the checkpoint, or null; it is used even if it contains later entries
   * @param toId the last entry to apply, unsigned
   * @return the state
   * @throws IOException as {@link #recover(String)}
   */
  public Recovered<S> recover(@Nullable String path, long toId) throws IOException {
    Folding folding = new Folding(path);
    CrateEnding ending = CrateLog.in(directory, reading).replay(toId, folding);
    return new Recovered<>(folding.state, folding.lastId, folding.checkpoint, ending);
  }

  /** The state, while entries are applied to it. */
  private final class Folding implements CrateEntries {
    private S state;
    private long lastId;
    private @Nullable CrateCheckpoint checkpoint;

    Folding(@Nullable String path) throws IOException {
      if (path != null && NamedCheckpoints.isThere(directory, path)) {
        try {
          CrateCheckpoint found = CrateCheckpoint.open(directory, path, reading);
          state = found.read(directory, parser);
          lastId = found.lastEntryId();
          checkpoint = found;
          return;
        } catch (CorruptLogException | FormatException damaged) {
          if (reading.isStrict()) {
            throw damaged;
          }
        } catch (NoSuchFileException goneMeanwhile) {
          // As one that was not there.
        }
      }
      state = empty.get();
    }

    @Override
    public void entry(long id, byte[] payload) throws IOException {
      if (Long.compareUnsigned(id, lastId) > 0) {
        state = applier.apply(state, id, payload);
        lastId = id;
      }
    }
  }
}
