package dev.durability.frame;

import java.io.Serial;

/**
 * The first bytes of a file are no header. Not an {@link java.io.IOException}, so that it is never
 * mixed up with a failure to read; the caller knows what it means for the file at hand.
 */
public final class BadHeaderException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  BadHeaderException(String message) {
    super(message);
  }
}
