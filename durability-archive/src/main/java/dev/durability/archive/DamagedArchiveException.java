package dev.durability.archive;

import dev.durability.errors.DurabilityException;
import java.io.Serial;

/** An object of an archive is missing or is not what it was. The message names it. */
public final class DamagedArchiveException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /** The object. */
  private final String key;

  /**
   * Creates the failure.
   *
   * @param key the object
   * @param problem what is wrong with it, and what the caller can do
   */
  public DamagedArchiveException(String key, String problem) {
    super(key + ": " + problem);
    this.key = key;
  }

  /** {@return the key of the object} */
  public String key() {
    return key;
  }
}
