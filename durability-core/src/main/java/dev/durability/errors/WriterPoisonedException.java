package dev.durability.errors;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The writer failed in a way that leaves the outcome of earlier calls open. It refuses all further
 * work for good. The cause is its first failure. Only closing the writer and opening the log again
 * helps: opening writes again what was not promised, because the page cache cannot be trusted after
 * a failed sync. An entry whose call threw this may or may not be in the log.
 */
public final class WriterPoisonedException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the failure.
   *
   * @param message what was being done, to which file, and what the caller can do
   */
  public WriterPoisonedException(String message) {
    super(message);
  }

  /**
   * Creates the failure.
   *
   * @param message what was being done, to which file, and what the caller can do
   * @param cause what led to it, or null
   */
  public WriterPoisonedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
