package dev.durability.frame;

import dev.durability.errors.ChecksumMismatch;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint is damaged. Not an {@link java.io.IOException}, so that it is never confused with a
 * failed read; the caller knows whether there is another checkpoint to use.
 */
public final class BadCheckpointException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final long offset;
  private final String reason;
  private final transient @Nullable ChecksumMismatch checksum;

  BadCheckpointException(String path, long offset, String message) {
    this(path, offset, message, null);
  }

  BadCheckpointException(
      String path, long offset, String message, @Nullable ChecksumMismatch checksum) {
    super(path + " at offset " + offset + ": " + message);
    this.offset = offset;
    this.reason = message;
    this.checksum = checksum;
  }

  /** {@return the checksum that is wrong, or null if none is} */
  public @Nullable ChecksumMismatch checksum() {
    return checksum;
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
