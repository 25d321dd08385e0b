package dev.durability.errors;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A file has a format version, or uses a feature, that this version of the library does not know;
 * or another program wrote it, the Rust crate {@code durability}. The file is not damaged: a newer
 * version of the library, or that program, can read it. Nothing was changed.
 */
public final class FormatException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the failure.
   *
   * @param message what was being done, to which file, and what the caller can do
   */
  public FormatException(String message) {
    super(message);
  }

  /**
   * Creates the failure.
   *
   * @param message what was being done, to which file, and what the caller can do
   * @param cause what led to it, or null
   */
  public FormatException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
