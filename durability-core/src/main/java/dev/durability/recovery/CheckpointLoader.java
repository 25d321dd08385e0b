package dev.durability.recovery;

import dev.durability.checkpoint.CheckpointReader;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.errors.CorruptLogException;
import dev.durability.storage.Directory;
import dev.durability.wal.CheckpointReference;
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
import org.jspecify.annotations.Nullable;

/**
 * Loads the newest usable checkpoint of a log. A damaged one is passed over for the one before:
 * that is what they are kept for.
 *
 * @param <S> the type of the state
 */
final class CheckpointLoader<S> {
  private final Directory directory;
  private final StateMachine<S, ?> machine;
  private final Checkpoints checkpoints;
  private int damaged;

  /**
   * Prepares to load.
   *
   * @param directory where the log is
   * @param machine reads the state
   */
  CheckpointLoader(Directory directory, StateMachine<S, ?> machine) {
    this.directory = directory;
    this.machine = machine;
    this.checkpoints = Checkpoints.in(directory, Clock.systemUTC());
  }

  /**
   * A state and the last entry that is in it.
   *
   * @param state the state
   * @param lastEntryId the entry, 0 for the initial state
   * @param <S> the type of the state
   */
  record Loaded<S>(S state, long lastEntryId) {}

  /**
   * Loads the newest usable checkpoint, or the initial state where there is none.
   *
   * @param lastEntryIdMax what it may contain at most
   * @return the state
   * @throws IOException if the storage fails, or the machine cannot read a checkpoint that is whole
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
    return new Loaded<>(machine.initial(), 0);
  }

  /** {@return how many checkpoints were passed over because they are damaged or not this log's} */
  int damaged() {
    return damaged;
  }

  private @Nullable Loaded<S> load(CheckpointReference reference) throws IOException {
    try (CheckpointReader reader = CheckpointReader.open(directory, reference.path())) {
      if (!reader.logId().equals(reference.logId())
          || reader.lastEntryId() != reference.lastEntryId()) {
        return null;
      }
      // The machine may close what it reads from; whether all of it is whole is still to be seen.
      S state = machine.read(openWhatever(reader));
      // What the machine left unread may be damaged too.
      reader.transferTo(OutputStream.nullOutputStream());
      return new Loaded<>(state, reference.lastEntryId());
    } catch (NoSuchFileException | CorruptLogException unusable) {
      return null;
    } catch (IOException | RuntimeException e) {
      // The machine may have met the damage first and wrapped it.
      if (isWhole(reference)) {
        throw e;
      }
      return null;
    }
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
