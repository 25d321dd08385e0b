package dev.durability.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * What a command talks to.
 *
 * @param in the standard input, unbuffered
 * @param out the standard output, unbuffered
 * @param err the standard error
 * @param columns how wide the terminal is on which {@code err} shows, 0 if it is no terminal
 * @param termination what to do when the process is asked to end
 */
record CommandIo(
    InputStream in, OutputStream out, PrintStream err, int columns, Termination termination) {

  /** Whether progress can be drawn on {@code err}. */
  boolean showsProgress() {
    return columns > 0;
  }
}
