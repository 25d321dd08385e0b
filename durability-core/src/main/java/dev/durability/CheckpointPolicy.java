package dev.durability;

import java.util.ArrayList;
import java.util.List;

/**
 * When a {@link DurableState} writes a checkpoint on its own. Checkpoints limit how long recovery
 * takes and how much room the log needs. Immutable.
 */
public final class CheckpointPolicy {
  private static final CheckpointPolicy MANUAL = new CheckpointPolicy(0, 0, false);
  private static final CheckpointPolicy DEFAULTS = MANUAL.everyBytes(64L << 20).onClose();

  private final long entries;
  private final long bytes;
  private final boolean atClose;

  private CheckpointPolicy(long entries, long bytes, boolean atClose) {
    this.entries = entries;
    this.bytes = bytes;
    this.atClose = atClose;
  }

  /**
   * {@return the policy that is right for most: every 64 MiB of log, and on close if anything
   * changed}
   */
  public static CheckpointPolicy defaults() {
    return DEFAULTS;
  }

  /** {@return the policy that writes none: only {@link DurableState#checkpoint()} does} */
  public static CheckpointPolicy manual() {
    return MANUAL;
  }

  /**
   * Returns this policy with a checkpoint after a number of entries.
   *
   * @param count how many entries since the last checkpoint, at least 1
   * @return the policy
   */
  public CheckpointPolicy everyEntries(long count) {
    return new CheckpointPolicy(positive(count), bytes, atClose);
  }

  /**
   * Returns this policy with a checkpoint after an amount of log.
   *
   * @param amount how many bytes of entries since the last checkpoint, at least 1
   * @return the policy
   */
  public CheckpointPolicy everyBytes(long amount) {
    return new CheckpointPolicy(entries, positive(amount), atClose);
  }

  /** {@return this policy with a checkpoint on close, if anything changed since the last} */
  public CheckpointPolicy onClose() {
    return new CheckpointPolicy(entries, bytes, true);
  }

  private static long positive(long value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "a checkpoint every " + value + " entries or bytes: at least 1");
    }
    return value;
  }

  boolean isDue(long entriesSince, long bytesSince) {
    return (entries > 0 && entriesSince >= entries) || (bytes > 0 && bytesSince >= bytes);
  }

  boolean isOnClose() {
    return atClose;
  }

  @Override
  public String toString() {
    List<String> when = new ArrayList<>();
    if (entries > 0) {
      when.add("every " + entries + " entries");
    }
    if (bytes > 0) {
      when.add("every " + bytes + " bytes");
    }
    if (atClose) {
      when.add("on close");
    }
    return "checkpoint " + (when.isEmpty() ? "on demand" : String.join(", ", when));
  }
}
