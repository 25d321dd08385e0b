package dev.durability.errors;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * This JVM cannot express a path as a name in the file system, usually because the encoding of its
 * locale lacks these characters. The file may be there, intact, and readable by a JVM that runs in
 * another locale. So this says nothing about the log. Nothing was changed.
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
