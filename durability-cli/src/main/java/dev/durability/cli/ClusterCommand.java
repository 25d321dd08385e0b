package dev.durability.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability cluster}. */
final class ClusterCommand implements Command {
  private static final String BOOKIES = "--bookies";
  private static final int BOOKIES_DEFAULT = 4;
  private static final int BOOKIES_MAX = 20;

  private final CommandIo io;

  ClusterCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "cluster",
            "Run BookKeeper and ZooKeeper on this machine, to try them.",
            "Starts three nodes of ZooKeeper and some bookies of BookKeeper in DIR, each as a"
                + " process of its own, and runs them until SIGINT or SIGTERM. They listen on"
                + " 127.0.0.1 alone. When all of them serve, prints what they are, their address,"
                + " and a line that begins with \"ready\". Kill any of them, and see what happens.",
            "",
            "DIR/store.conf has the address, for --store of the other commands. Started again on"
                + " the same DIR, the cluster has the same address and all logs again. A bookie"
                + " whose directory was deleted is replaced by a new one. This is no deployment:"
                + " all copies are on one disk.");
    spec.addPositional(
        CommandSyntax.directory("Where all its files are. Created if it is missing."));
    spec.addOption(
        OptionSpec.builder(BOOKIES)
            .type(Integer.class)
            .paramLabel("N")
            .description(
                "How many bookies there are, 3 to "
                    + BOOKIES_MAX
                    + "; "
                    + BOOKIES_DEFAULT
                    + " by default, so that one may go.")
            .build());
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability cluster mycluster",
            "  durability append --store mycluster/store.conf orders words.txt",
            "  durability cat --store mycluster/store.conf orders"),
        "3",
        "it does not start, or another process runs it; the reason names the node",
        "130, 143",
        "ended by SIGINT or SIGTERM, after ending all of it");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    int bookies = given.matchedOptionValue(BOOKIES, BOOKIES_DEFAULT);
    if (bookies < 3 || bookies > BOOKIES_MAX) {
      throw new UsageException(BOOKIES + " must be 3 to " + BOOKIES_MAX + ", not " + bookies);
    }
    BookKeeperJars.require("a cluster");
    new ClusterRun(io).run(Path.of(given.matchedPositionalValue(0, "")), bookies);
    return ExitStatus.OK;
  }
}
