package dev.durability.errors;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A value could not be encoded, or bytes could not be decoded. If an append throws it, nothing of
 * the entry or batch was appended.
 */
public final class CodecException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the failure.
   *
   * @param message what was being done, to which file, and what the caller can do
   */
  public CodecException(String message) {
    super(message);
  }

  /**
   * Creates the failure.
   *
   * @param message what was being done, to which file, and what the caller can do
   * @param cause what led to it, or null
   */
  public CodecException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
