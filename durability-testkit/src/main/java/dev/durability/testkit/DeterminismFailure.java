package dev.durability.testkit;

import org.jspecify.annotations.Nullable;

/**
 * A history that was not applied alike in two JVMs, or not to its end. The message names the first
 * entry after which they differ, says what both made of it, and has what the other JVM printed.
 */
public final class DeterminismFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  /** The first entry after which the two differ, or 0. */
  private final long firstEntryId;

  DeterminismFailure(String message, long firstEntryId, @Nullable Throwable cause) {
    super(message, cause);
    this.firstEntryId = firstEntryId;
  }

  /**
   * Returns the first entry after which the two differ, or which could not be applied.
   *
   * @return its id; 0 if the other JVM did not come that far, or took too long
   */
  public long firstEntryId() {
    return firstEntryId;
  }
}
