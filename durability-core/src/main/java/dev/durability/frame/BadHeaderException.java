package dev.durability.frame;

import dev.durability.errors.ChecksumMismatch;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a file are not a header. Not an {@link java.io.IOException}, so that it is
 * never confused with a failed read; the caller knows what it means for the file at hand.
 */
public final class BadHeaderException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final transient @Nullable ChecksumMismatch checksum;

  BadHeaderException(String message) {
    this(message, null);
  }

  BadHeaderException(String message, @Nullable ChecksumMismatch checksum) {
    super(message);
    this.checksum = checksum;
  }

  /** {@return the header's checksum if that is what is wrong, or null} */
  public @Nullable ChecksumMismatch checksum() {
    return checksum;
  }
}
