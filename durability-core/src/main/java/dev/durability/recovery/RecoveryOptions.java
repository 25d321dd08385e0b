package dev.durability.recovery;

import dev.durability.log.ReplayMode;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How far to recover, and what to accept. Immutable. */
public final class RecoveryOptions {
  private static final RecoveryOptions LATEST =
      new RecoveryOptions(Long.MAX_VALUE, null, ReplayMode.PREFIX, null);

  private final long lastEntryId;
  private final @Nullable Instant instant;
  private final ReplayMode mode;
  private final @Nullable String checkpoint;

  private RecoveryOptions(
      long lastEntryId, @Nullable Instant instant, ReplayMode mode, @Nullable String checkpoint) {
    this.lastEntryId = lastEntryId;
    this.instant = instant;
    this.mode = mode;
    this.checkpoint = checkpoint;
  }

  /** {@return the options to recover all that is intact} */
  public static RecoveryOptions latest() {
    return LATEST;
  }

  /**
   * Returns the options to recover up to an entry. An atomic batch that goes beyond it is left out
   * completely.
   *
   * @param lastEntryId the last entry that may be in the state, 0 for the initial state
   * @return the options
   */
  public static RecoveryOptions upToEntry(long lastEntryId) {
    if (lastEntryId < 0) {
      throw new IllegalArgumentException("there is no entry " + lastEntryId);
    }
    return new RecoveryOptions(lastEntryId, null, ReplayMode.PREFIX, null);
  }

  /**
   * Returns the options to recover what was durable at an instant, by the wall clock that the log's
   * marks carry: every entry that a mark of that time or before promises. A mark follows its
   * entries by up to 10 ms.
   *
   * <p>Time in a log never goes back. If the clock was ahead once, all later entries carry the same
   * time until the clock is past it. {@link Recovery#standstills} names them.
   *
   * @param instant the instant
   * @return the options
   */
  public static RecoveryOptions upToInstant(Instant instant) {
    return new RecoveryOptions(
        Long.MAX_VALUE, Objects.requireNonNull(instant, "instant"), ReplayMode.PREFIX, null);
  }

  /**
   * Returns these options, accepting only a log that is there, and clean as far as it is read.
   *
   * @return the options
   */
  public RecoveryOptions strict() {
    return new RecoveryOptions(lastEntryId, instant, ReplayMode.STRICT, checkpoint);
  }

  /**
   * Returns these options, starting from a checkpoint of the caller's choice instead of the newest
   * usable one. It need not have a marker in the log. If it is missing or damaged, recovery fails.
   *
   * @param path the checkpoint, relative to the log's directory
   * @return the options
   */
  public RecoveryOptions fromCheckpoint(String path) {
    return new RecoveryOptions(lastEntryId, instant, mode, Objects.requireNonNull(path, "path"));
  }

  long lastEntryId() {
    return lastEntryId;
  }

  @Nullable Instant instant() {
    return instant;
  }

  ReplayMode mode() {
    return mode;
  }

  @Nullable String checkpoint() {
    return checkpoint;
  }
}
