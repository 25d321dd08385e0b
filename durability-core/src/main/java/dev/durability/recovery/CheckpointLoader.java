package dev.durability.recovery;

import dev.durability.checkpoint.CheckpointReader;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.SchemaException;
import dev.durability.log.CheckpointReference;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Loads the newest usable checkpoint of a log. If it is damaged, loads the one before; older ones
 * are kept for this.
 *
 * @param <S> the type of the state
 */
final class CheckpointLoader<S> {
  private final Directory directory;
  private final Supplier<S> initial;
  private final Checkpoints.Parser<S> parser;
  private final Checkpoints checkpoints;
  private int damaged;

  /**
   * Prepares to load.
   *
   * @param directory where the log is
   * @param initial makes the state that holds no entry
   * @param parser reads the state
   */
  CheckpointLoader(Directory directory, Supplier<S> initial, Checkpoints.Parser<S> parser) {
    this.directory = directory;
    this.initial = initial;
    this.parser = parser;
    this.checkpoints = Checkpoints.in(directory, Clock.systemUTC());
  }

  /**
   * A state and the last entry that is in it.
   *
   * @param state the state
   * @param lastEntryId the entry, 0 for the initial state
   * @param <S> the type of the state
   */
  public record Loaded<S>(S state, long lastEntryId) {}

  /**
   * Loads the newest usable checkpoint, or the initial state if there is none.
   *
   * @param lastEntryIdMax the last entry that it may contain
   * @return the state
   * @throws IOException if the storage fails, or the parser cannot read a checkpoint that is whole
   */
  Loaded<S> load(long lastEntryIdMax) throws IOException {
    for (CheckpointReference reference : WalMaintenance.checkpoints(directory)) {
      if (reference.lastEntryId() <= lastEntryIdMax && !reference.path().isEmpty()) {
        Loaded<S> loaded = load(reference);
        if (loaded != null) {
          return loaded;
        }
        damaged++;
      }
    }
    return new Loaded<>(Objects.requireNonNull(initial.get(), "the initial state is null"), 0);
  }

  /**
   * Loads the checkpoint at a path, whether the log knows of it or not.
   *
   * @param logId the log that it has to belong to, or null for any
   * @param lastEntryIdMax the last entry that it may contain
   * @throws CorruptLogException if it is damaged
   * @throws DurabilityException if it is of another log, or contains more
   */
  Loaded<S> loadFrom(String path, @Nullable UUID logId, long lastEntryIdMax) throws IOException {
    try (CheckpointReader reader = CheckpointReader.open(directory, path)) {
      long id = reader.lastEntryId();
      if (logId != null && !reader.logId().equals(logId)) {
        throw new DurabilityException(
            "the checkpoint "
                + path
                + " belongs to the log "
                + reader.logId()
                + ", but this is the log "
                + logId
                + ": recover from one of this log");
      }
      if (id > lastEntryIdMax) {
        throw new DurabilityException(
            "the checkpoint "
                + path
                + " ends with entry "
                + id
                + ", but recovery is to end at entry "
                + lastEntryIdMax
                + ": recover from an older one");
      }
      return new Loaded<>(read(reader, new CheckpointReference(id, path, reader.logId())), id);
    } catch (DurabilityException e) {
      if (e.getCause() instanceof CorruptLogException damage && damage.file().equals(path)) {
        throw damage; // The parser met it first.
      }
      throw e;
    }
  }

  /**
   * {@return how many checkpoints were skipped because they are damaged or belong to another log}
   */
  int damaged() {
    return damaged;
  }

  private @Nullable Loaded<S> load(CheckpointReference reference) throws IOException {
    try (CheckpointReader reader = CheckpointReader.open(directory, reference.path())) {
      if (!reader.logId().equals(reference.logId())
          || reader.lastEntryId() != reference.lastEntryId()) {
        return null;
      }
      return new Loaded<>(read(reader, reference), reference.lastEntryId());
    } catch (NoSuchFileException | CorruptLogException unusable) {
      return null;
    } catch (Throwable e) {
      // The parser may have met the damage first and wrapped the exception, even in an Error.
      if (isWhole(reference)) {
        throw e;
      }
      return null;
    }
  }

  private S read(CheckpointReader reader, CheckpointReference reference) throws IOException {
    S state;
    try {
      // The parser may close the stream; the rest of it must still be checked.
      state =
          Objects.requireNonNull(
              parser.readFrom(openWhatever(reader), reader.schema()),
              "the state that was read is null");
    } catch (SchemaException e) {
      reader.transferTo(OutputStream.nullOutputStream()); // Or the schema is what is damaged.
      throw e.at(reference.path());
    } catch (Throwable e) { // Including checked exceptions that read does not declare.
      String what = "failed at offset " + reader.offset() + ": " + e;
      if (e instanceof Error error) {
        error.addSuppressed(unreadable(reference, what, null));
        throw error;
      }
      throw unreadable(reference, what, e);
    }
    long offset = reader.offset();
    long unread = reader.transferTo(OutputStream.nullOutputStream());
    if (unread > 0) {
      throw unreadable(
          reference,
          "left its last " + unread + " bytes unread, from offset " + offset + " on",
          null);
    }
    return state;
  }

  private static DurabilityException unreadable(
      CheckpointReference reference, String what, @Nullable Throwable cause) {
    return new DurabilityException(
        "reading the state from "
            + reference.path()
            + ", which ends with entry "
            + reference.lastEntryId()
            + ", "
            + what
            + ". Nothing was changed: read the state as it was written",
        cause);
  }

  private static InputStream openWhatever(CheckpointReader reader) {
    return new FilterInputStream(reader) {
      @Override
      public void close() {}
    };
  }

  private boolean isWhole(CheckpointReference reference) throws IOException {
    UUID logId = Objects.requireNonNull(reference.logId());
    try {
      return checkpoints.isUsable(reference.path(), logId, reference.lastEntryId());
    } catch (IllegalArgumentException | AccessDeniedException outside) {
      return false; // A path that leads out of the directory names no checkpoint.
    }
  }
}
