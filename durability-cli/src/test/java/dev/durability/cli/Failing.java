package dev.durability.cli;

import java.io.IOException;
import java.io.OutputStream;

/** An output that cannot be written. */
final class Failing extends OutputStream {
  private final String message;

  Failing(String message) {
    this.message = message;
  }

  @Override
  public void write(int b) throws IOException {
    throw new IOException(message);
  }
}
