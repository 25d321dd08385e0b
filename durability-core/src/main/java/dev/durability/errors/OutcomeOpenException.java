package dev.durability.errors;

import java.io.Serial;

/**
 * A write failed, for example because the disk is full, and was rolled back: the file ends where it
 * ended before. Entries that already have an id stay in the writer's buffer. They are written first
 * once writing works again. So an entry whose call threw this may still become durable: do not
 * append it again without looking. The writer goes on. If a later {@code sync} returns, all these
 * entries are durable.
 */
public final class OutcomeOpenException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the failure.
   *
   * @param message what was being done, to which file, and what the caller can do
   * @param cause the failure of the storage
   */
  public OutcomeOpenException(String message, Throwable cause) {
    super(message, cause);
  }
}
