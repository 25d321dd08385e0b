package dev.durability.cli;

import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One of the commands. */
interface Command {

  /**
   * Returns the syntax of the command.
   *
   * @return a new specification, without the options that all commands have
   */
  CommandSpec spec();

  /**
   * Runs the command.
   *
   * @param given the command line, checked against {@link #spec}
   * @return the exit status
   * @throws IOException if it fails; the caller tells the user and chooses the exit status
   */
  int run(ParseResult given) throws IOException;
}
