package dev.durability.errors;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A writer no longer holds its lock: the lock's file was removed or replaced, or another writer has
 * taken the lock. What was acknowledged before is durable. Nothing is acknowledged afterwards.
 */
public final class LockLostException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the failure.
   *
   * @param message which lock, what happened to it, and what the caller can do
   */
  public LockLostException(String message) {
    super(message);
  }

  /**
   * Creates the failure.
   *
   * @param message which lock, what happened to it, and what the caller can do
   * @param cause what led to it, or null
   */
  public LockLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
