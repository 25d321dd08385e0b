package dev.durability.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;

/** The syntax of the program, for what describes it: its man pages and its reference. */
public final class ProgramSyntax {

  private ProgramSyntax() {}

  /**
   * Returns the syntax of the program and of all its commands. It is to be read: its commands have
   * no input and no output.
   *
   * @return a new specification
   */
  public static CommandSpec specification() {
    OutputStream nowhere = OutputStream.nullOutputStream();
    return Program.specification(
        new CommandIo(
            InputStream.nullInputStream(),
            nowhere,
            new PrintStream(nowhere, false, StandardCharsets.UTF_8),
            0,
            new Termination()));
  }
}
