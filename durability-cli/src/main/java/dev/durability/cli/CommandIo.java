package dev.durability.cli;

import dev.durability.cli.bench.Wrapped;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * The inputs and outputs of a command.
 *
 * @param in the standard input, unbuffered
 * @param out the standard output, unbuffered
 * @param err the standard error
 * @param columns how wide the terminal is to which {@code err} prints, 0 if it is not a terminal
 * @param termination what to do when the process is asked to end
 * @param wantsProgress whether progress is told if {@code err} is not a terminal, or little is done
 */
record CommandIo(
    InputStream in,
    OutputStream out,
    PrintStream err,
    int columns,
    Termination termination,
    boolean wantsProgress) {

  private static final int TEXT_COLUMNS_MIN = 50;
  private static final int TEXT_COLUMNS_MAX = 90;
  private static final int REPORT_COLUMNS_MAX = 80;

  /** The same, which shows progress on a terminal alone. */
  CommandIo(InputStream in, OutputStream out, PrintStream err, int columns, Termination end) {
    this(in, out, err, columns, end, false);
  }

  /** The same, which tells progress in any case. */
  CommandIo tellingProgress() {
    return new CommandIo(in, out, err, columns, termination, true);
  }

  /** The width of text for people. */
  int textColumns() {
    return columns == 0
        ? TEXT_COLUMNS_MAX
        : Math.max(TEXT_COLUMNS_MIN, Math.min(TEXT_COLUMNS_MAX, columns));
  }

  /** The width of what is said of a log, which people also mail and print. */
  int reportColumns() {
    return Math.min(REPORT_COLUMNS_MAX, textColumns());
  }

  /** A report for people, broken into lines of that width. */
  byte[] wrapped(byte[] report) {
    return Wrapped.of(new String(report, Charset.defaultCharset()), reportColumns())
        .getBytes(Charset.defaultCharset());
  }

  /**
   * Says something on the standard error: on a terminal in lines of its width, elsewhere in one
   * line, which programs search for.
   */
  void say(String line) {
    if (columns == 0) {
      err.println(line);
    } else {
      err.print(Wrapped.of(line, textColumns()));
    }
  }

  /** Whether what is printed goes to a file: nobody sees by that how far it is. */
  boolean writesToFile() {
    return out instanceof StandardOutput standard && standard.isFile();
  }

  /** Whether progress can be drawn on {@code err}. */
  boolean showsProgress() {
    return columns > 0;
  }
}
