package dev.durability.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What a command did in this process.
 *
 * @param status its exit status
 * @param out its standard output, a byte a character
 * @param err its standard error
 */
record Run(int status, String out, String err) {

  /** Runs a command with an empty input. */
  static Run of(Object... args) {
    return withInput(new byte[0], args);
  }

  static Run withInput(byte[] input, Object... args) {
    return withInput(new ByteArrayInputStream(input), args);
  }

  static Run withInput(InputStream input, Object... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    return with(input, out, new Termination(), args);
  }

  /** Runs a command with an empty input and another standard output. */
  static Run to(OutputStream out, Object... args) {
    return with(new ByteArrayInputStream(new byte[0]), out, new Termination(), args);
  }

  static Run with(InputStream input, OutputStream out, Termination termination, Object... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream errPrinter = new PrintStream(err, true, StandardCharsets.UTF_8);
    CommandIo io = new CommandIo(input, new StandardOutput(out), errPrinter, 0, termination);
    int status = Program.run(io, Arrays.stream(args).map(String::valueOf).toArray(String[]::new));
    termination.finished();
    String printed =
        out instanceof ByteArrayOutputStream bytes
            ? bytes.toString(StandardCharsets.ISO_8859_1)
            : "";
    return new Run(status, printed, err.toString(StandardCharsets.UTF_8));
  }

  /** The standard output without the line breaks that its width makes. */
  String unbroken() {
    return out.replaceAll("\n +", " ");
  }

  /** The lines of the standard error. */
  List<String> errLines() {
    return err.lines().toList();
  }

  /** The ids from 1 to n, a line each. */
  static String ids(int first, int last) {
    StringBuilder ids = new StringBuilder();
    for (int id = first; id <= last; id++) {
      ids.append(id).append('\n');
    }
    return ids.toString();
  }
}
