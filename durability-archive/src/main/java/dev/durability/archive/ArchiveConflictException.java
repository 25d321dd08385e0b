package dev.durability.archive;

import dev.durability.errors.DurabilityException;
import java.io.Serial;

/**
 * Another archiver writes the same timeline, or the archive belongs to another log. Nothing was
 * overwritten. The archiver that throws this has to stop.
 */
public final class ArchiveConflictException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the failure.
   *
   * @param message what was found where, and what the caller can do
   */
  public ArchiveConflictException(String message) {
    super(message);
  }
}
