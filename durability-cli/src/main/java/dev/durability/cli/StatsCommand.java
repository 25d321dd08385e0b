package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability stats}. */
final class StatsCommand implements Command {
  private static final String JSON = "--json";

  /** The log is verified, and gone over once more. */
  private static final int READINGS = 2;

  private final CommandIo io;
  private final Clock clock;

  StatsCommand(CommandIo io, Clock clock) {
    this.io = io;
    this.clock = clock;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "stats",
            "Tell what is in a log, damaged or not.",
            "Reads all of the log in DIR and tells how it was left, its segments with their"
                + " entries, times, cut ends and new beginnings, its checkpoints and what they"
                + " contain, its schemas, what is in quarantine, who has it open to write, how many"
                + " entries there are per hour and of which size, and when the disk is full if the"
                + " log goes on to grow as in the last day. Changes nothing; another process may be"
                + " writing to the log. A log of the Rust crate durability is told of, too: its files"
                + " have no times.",
            "",
            "DIR may also be the file of a record log: its records, their sizes, and what is lost.",
            "",
            "Times are those of the writer's clock, which the log carries at the beginning of each"
                + " segment and after syncs. An entry counts for the last of them before it.",
            "",
            "Who has the log open to write noted that itself. Whether that process runs is known for"
                + " processes of this machine alone.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of("  durability stats mylog", "  durability stats --json mylog | jq .disk.full"),
        "0",
        "the log is CLEAN",
        "1",
        "it is TORN or AMBIGUOUS: see 'durability verify --help'",
        "2",
        "it is CORRUPT; what is intact was told",
        "3",
        "a segment is of another version, and the rest was told; or not a log, not readable, wrong"
            + " usage",
        "141",
        "the reader of the output has gone");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    boolean asJson = given.hasMatchedOption(JSON);
    try (LogLocation location = LogLocation.of(given, io)) {
      if (location.isLocal() && CrateDirectory.isIn(Path.of(location.name()))) {
        return CrateCommands.stats(io, Path.of(location.name()), asJson, clock.instant());
      }
      if (location.isLocal() && Files.isRegularFile(Path.of(location.name()))) {
        return recordLog(location, asJson);
      }
      Directory log = location.forReading();
      Path path = location.isLocal() ? Path.of(location.name()) : null;
      LogLook look;
      StraySegments misplaced;
      long bytes = READINGS * MeteredDirectory.logBytes(log);
      try (Progress progress = Progress.start(io, "stats", bytes)) {
        Directory metered = new MeteredDirectory(log, progress);
        look = LogLook.at(location.toString(), metered, path, clock.instant());
        misplaced = StraySegments.missedBy(look, path);
      }
      io.out()
          .write(
              asJson ? StatsJson.of(look, misplaced) : io.wrapped(StatsText.of(look, misplaced)));
      io.out().flush();
      return status(look.report());
    }
  }

  private int recordLog(LogLocation location, boolean asJson) throws IOException {
    SchemaSource source = SchemaSource.at(location);
    RecordLogStats stats;
    long bytes = RecordLogStats.READINGS * source.bytes();
    try (Progress progress = Progress.start(io, "stats", bytes)) {
      stats = RecordLogStats.of(location.name(), source.metered(progress));
    }
    io.out().write(asJson ? stats.json() : io.wrapped(stats.text()));
    io.out().flush();
    return VerifyCommand.status(stats.verdict());
  }

  /** The exit status that a look has. */
  static int status(@Nullable LogReport report) {
    return report == null ? ExitStatus.FAILED : VerifyCommand.status(report.verdict());
  }
}
