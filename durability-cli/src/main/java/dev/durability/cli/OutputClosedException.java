package dev.durability.cli;

import java.io.IOException;
import java.io.Serial;

/** The reader of the standard output has gone, as in {@code | head}: the command ends silently. */
final class OutputClosedException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  OutputClosedException(IOException cause) {
    super("the standard output was closed by its reader", cause);
  }
}
