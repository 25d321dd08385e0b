package dev.durability.errors;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A path cannot be expressed as a name in the file system by this JVM, mostly because its locale
 * has an encoding without these characters. The file may be there, intact, and readable by a JVM
 * that is started in another locale: this says nothing about the log. Nothing was changed.
 */
public final class PathNotExpressibleException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the failure.
   *
   * @param message what was being done, to which file, and what the caller can do
   * @param cause what led to it, or null
   */
  public PathNotExpressibleException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
