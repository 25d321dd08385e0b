package dev.durability.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability sweep}. */
final class SweepCommand implements Command {
  private final CommandIo io;

  SweepCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "sweep",
            "Delete ledgers of a log on BookKeeper that no file has.",
            "A file that was deleted keeps its ledgers for some minutes, for those who still read"
                + " it. A writer that dies at a bad moment leaves a ledger that never got a file."
                + " Both are deleted. Another process may be writing to the log.");
    spec.addPositional(CommandSyntax.directory("The name of the log in the store."));
    LogLocation.addOption(spec);
    CommandSyntax.endOfHelp(
        spec,
        List.of("  durability sweep --store mycluster/store.conf orders"),
        "0",
        "all that was found is deleted; there may have been nothing",
        "3",
        "any other failure: no such log, not reachable, wrong usage");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    try (LogLocation log = LogLocation.of(given, io)) {
      if (log.isLocal()) {
        throw new UsageException("only a log in a --store has ledgers to sweep");
      }
      io.out().write(BookKeeperStore.sweep(log.forWriting()).getBytes(Charset.defaultCharset()));
      io.out().flush();
    }
    return ExitStatus.OK;
  }
}
