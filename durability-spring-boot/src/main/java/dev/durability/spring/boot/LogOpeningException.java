package dev.durability.spring.boot;

import java.io.IOException;
import java.io.Serial;

/** The starter could not open the log or the state. The cause says why. */
final class LogOpeningException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  LogOpeningException(Object directory, IOException cause) {
    super("cannot open the log in " + directory + ": " + cause.getMessage(), cause);
  }
}
