package dev.durability.errors;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Another writer, in this process or another, holds the lock of the directory. Nothing was changed.
 */
public final class LockHeldException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the failure.
   *
   * @param message what was being done, to which file, and what the caller can do
   */
  public LockHeldException(String message) {
    super(message);
  }

  /**
   * Creates the failure.
   *
   * @param message what was being done, to which file, and what the caller can do
   * @param cause what led to it, or null
   */
  public LockHeldException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
