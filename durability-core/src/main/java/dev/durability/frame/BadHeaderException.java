package dev.durability.frame;

import java.io.Serial;

/**
 * The first bytes of a file are not a header. Not an {@link java.io.IOException}, so that it is
 * never confused with a failed read; the caller knows what it means for the file at hand.
 */
public final class BadHeaderException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  BadHeaderException(String message) {
    super(message);
  }
}
