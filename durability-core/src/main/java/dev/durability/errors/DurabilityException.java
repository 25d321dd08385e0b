package dev.durability.errors;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The root of the failures that this library itself reports. Failures of the storage (a read error,
 * a full disk) come as the {@link IOException} that the storage threw.
 *
 * <p>Every message says what was being done, to which file, at which offset, and what the caller
 * can do.
 */
public class DurabilityException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates a failure with its message.
   *
   * @param message what was being done, to which file, and what the caller can do
   */
  public DurabilityException(String message) {
    super(message);
  }

  /**
   * Creates a failure with its message and what caused it.
   *
   * @param message what was being done, to which file, and what the caller can do
   * @param cause what led to it, or null
   */
  public DurabilityException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
