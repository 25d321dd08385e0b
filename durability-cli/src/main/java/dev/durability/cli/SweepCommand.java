package dev.durability.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability sweep}. */
final class SweepCommand implements Command {
  private static final String REBUILD = "--rebuild-names";

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
    spec.addOption(
        OptionSpec.builder(REBUILD)
            .description(
                "Delete nothing. Give files their names again, by what the ledgers say, after"
                    + " names were lost from ZooKeeper. What is there stays as it is. Nobody may be"
                    + " writing.")
            .build());
    CommandSyntax.endOfHelp(
        spec,
        List.of("  durability sweep --store mycluster/store.conf orders"),
        "0",
        "all that was found is deleted, or named; there may have been nothing",
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
      String said =
          given.hasMatchedOption(REBUILD)
              ? BookKeeperStore.rebuildNames(log.forRebuilding())
              : BookKeeperStore.sweep(log.forWriting());
      io.out().write(said.getBytes(Charset.defaultCharset()));
      io.out().flush();
    }
    return ExitStatus.OK;
  }
}
