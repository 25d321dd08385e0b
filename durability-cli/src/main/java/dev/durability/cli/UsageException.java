package dev.durability.cli;

import java.io.Serial;

/** A command line whose parts are right and do not fit together. */
final class UsageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
