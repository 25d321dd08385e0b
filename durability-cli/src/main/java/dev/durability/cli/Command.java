package dev.durability.cli;

import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One of the commands. */
interface Command {

  /**
   * Says how the command is called.
   *
   * @return a new specification, without the options that all commands have
   */
  CommandSpec spec();

  /**
   * Does what was asked for.
   *
   * @param given the command line, checked against {@link #spec}
   * @return the exit status
   * @throws IOException if it fails; the caller tells the user and finds the exit status
   */
  int run(ParseResult given) throws IOException;
}
