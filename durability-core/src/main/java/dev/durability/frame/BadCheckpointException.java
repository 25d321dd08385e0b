package dev.durability.frame;

import java.io.Serial;

/**
 * A checkpoint is damaged. Not an {@link java.io.IOException}, so that it is never confused with a
 * failed read; the caller knows whether there is another checkpoint to use.
 */
public final class BadCheckpointException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final long offset;
  private final String reason;

  BadCheckpointException(String path, long offset, String message) {
    super(path + " at offset " + offset + ": " + message);
    this.offset = offset;
    this.reason = message;
  }

  /** {@return what is wrong, without the place} */
  public String reason() {
    return reason;
  }

  /** {@return where the intact part ends, in bytes} */
  public long offset() {
    return offset;
  }
}
