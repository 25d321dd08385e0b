package dev.durability.cli;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.log.CheckpointReference;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that a log knows of, after all of it was read.
 *
 * @param lastEntryId the last entry that it contains
 * @param path its file; empty if it is kept elsewhere
 * @param bytes the size of the file
 * @param state whether it can be used
 * @param reason why it cannot; empty if it can
 * @param bit a bit that makes it whole if it is turned; null if there is none
 */
record CheckpointLook(
    long lastEntryId,
    String path,
    long bytes,
    State state,
    String reason,
    @Nullable FlippedBit bit) {

  /** Whether a checkpoint can be used. */
  enum State {
    WHOLE,
    /** The owner of the log keeps it, and its files cannot tell. */
    ELSEWHERE,
    MISSING,
    DAMAGED,
    /** It is of another version or another log, or cannot be read. */
    UNREADABLE
  }

  /**
   * Reads one.
   *
   * @param covered the last entry of the newest checkpoint that recovery uses: one that says more
   *     is of another log, or under a wrong name
   */
  static CheckpointLook at(Directory directory, CheckpointReference known, long covered)
      throws IOException {
    if (known.path().isEmpty()) {
      return of(known, 0, State.ELSEWHERE, "");
    }
    long bytes = 0;
    try {
      try (ReadFile file = directory.open(known.path())) {
        bytes = file.size();
      }
      long unused =
          Checkpoints.in(directory, Clock.systemUTC())
              .read(known.path(), in -> in.transferTo(OutputStream.nullOutputStream()));
      return known.lastEntryId() <= covered
          ? of(known, bytes, State.WHOLE, "")
          : of(known, bytes, State.UNREADABLE, "it is of another log, or has a wrong name");
    } catch (NoSuchFileException missing) {
      return of(known, bytes, State.MISSING, "there is no such file");
    } catch (CorruptLogException damaged) {
      return new CheckpointLook(
          known.lastEntryId(),
          known.path(),
          bytes,
          State.DAMAGED,
          String.valueOf(damaged.getMessage()),
          damaged.offset() < DamagedBytes.HEADER_BYTES
              ? null
              : FlippedBit.inCheckpoint(directory, known.path(), damaged.offset()));
    } catch (DurabilityException | IllegalArgumentException other) {
      return of(known, bytes, State.UNREADABLE, String.valueOf(other.getMessage()));
    } catch (IOException failed) {
      return of(known, bytes, State.UNREADABLE, Failures.line(failed));
    }
  }

  /** Whether it is there and cannot be used. */
  boolean isBad() {
    return state == State.DAMAGED || state == State.UNREADABLE;
  }

  /** Whether a file can be read as a checkpoint to its end. */
  static boolean isReadable(Directory directory, String path) {
    try {
      long unused =
          Checkpoints.in(directory, Clock.systemUTC())
              .read(path, in -> in.transferTo(OutputStream.nullOutputStream()));
      return true;
    } catch (IOException | IllegalArgumentException damaged) {
      return false;
    }
  }

  private static CheckpointLook of(
      CheckpointReference known, long bytes, State state, String reason) {
    return new CheckpointLook(known.lastEntryId(), known.path(), bytes, state, reason, null);
  }
}
