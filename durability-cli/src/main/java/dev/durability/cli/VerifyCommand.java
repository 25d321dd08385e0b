package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.QuarantinedFile;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability verify}. */
final class VerifyCommand implements Command {
  private static final String JSON = "--json";
  private static final String PROGRESS = "--progress";

  private final CommandIo io;

  VerifyCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "verify",
            "Read all of a log and say whether it is whole.",
            "Reads every byte of the log in DIR that opening reads and says how the log was left."
                + " Segments of which a checkpoint contains all entries are not read: 'durability"
                + " explain' reads those, too. Changes nothing. DIR may also be the file of a record"
                + " log. A log of the Rust crate durability is verified, too.",
            "",
            "CLEAN: all is whole. TORN: the end was being written when a crash came; opening the"
                + " log cuts it there, and nothing acknowledged is lost. AMBIGUOUS: as TORN,"
                + " with blocks after the cut that the disk wrote out of order. CORRUPT:"
                + " something that was promised to be durable is damaged or missing.",
            "",
            "If DIR is an archive, or s3://BUCKET/PREFIX, every object of the archive is read. It"
                + " is WHOLE or DAMAGED, or EMPTY if nothing is archived yet.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", JSON));
    spec.addOption(
        CommandSyntax.flag(
            "Tell on the standard error how far it is, with rate and remaining time, also if that is"
                + " no terminal: then a line every 5 seconds. Without it: a bar on a terminal, for"
                + " logs of 1 MiB or more.",
            PROGRESS));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability verify mylog",
            "  durability verify --json mylog | jq .intact",
            "  durability verify --progress mylog 2>progress.txt",
            "  durability verify s3://bucket/mylog",
            "  durability verify records.rlog"),
        "0",
        "CLEAN: what opening reads is whole; WHOLE",
        "1",
        "TORN or AMBIGUOUS, EMPTY",
        "2",
        "CORRUPT, DAMAGED",
        "3",
        "not a log, not readable, or wrong usage");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    try (LogLocation location = LogLocation.of(given, io)) {
      return verify(location, given, given.hasMatchedOption(PROGRESS) ? io.tellingProgress() : io);
    }
  }

  private static int verify(LogLocation location, ParseResult given, CommandIo io)
      throws IOException {
    if (location.isLocal() && ArchivePlace.isArchive(location.name())) {
      return new ArchiveVerification(io).run(location.name(), given.hasMatchedOption(JSON));
    }
    if (location.isLocal() && isRecordLog(Path.of(location.name()))) {
      return recordLog(location, given.hasMatchedOption(JSON), io);
    }
    if (location.isLocal() && CrateDirectory.isIn(Path.of(location.name()))) {
      return CrateCommands.verify(io, Path.of(location.name()), given.hasMatchedOption(JSON));
    }
    Directory log = location.forReading();
    LogReport report;
    try (Progress progress = Progress.start(io, "verify", MeteredDirectory.logBytes(log))) {
      report = WalMaintenance.verify(new MeteredDirectory(log, progress));
    }
    List<QuarantinedFile> kept = WalMaintenance.quarantined(log);
    byte[] text =
        given.hasMatchedOption(JSON)
            ? ReportJson.of(report, kept)
            : io.wrapped(
                ReportText.of(
                    report,
                    kept,
                    location,
                    toRestore(log, location, report),
                    WrongFile.segmentsUpTo(log, report.covered())));
    io.out().write(text);
    io.out().flush();
    return status(report.verdict());
  }

  private static boolean isRecordLog(Path path) throws IOException {
    return Files.isRegularFile(path) && OtherExplanation.isRecordLog(path);
  }

  private static int recordLog(LogLocation location, boolean asJson, CommandIo io)
      throws IOException {
    SchemaSource source = SchemaSource.at(location);
    RecordLogVerification verified;
    long bytes = RecordLogVerification.READINGS * source.bytes();
    try (Progress progress = Progress.start(io, "verify", bytes)) {
      verified = RecordLogVerification.of(location.name(), source.metered(progress));
    }
    io.out().write(asJson ? verified.json() : io.wrapped(verified.text()));
    io.out().flush();
    return status(verified.verdict());
  }

  private static String toRestore(Directory log, LogLocation location, LogReport report)
      throws IOException {
    if (location.isLocal() && report.verdict() == Verdict.CORRUPT) {
      Path path = Path.of(location.name());
      StraySegments misplaced = StraySegments.of(path, WalMaintenance.logId(log));
      if (!misplaced.isEmpty()) {
        return String.join("; ", misplaced.sentences());
      }
    }
    return WrongFile.toRestore(log, report);
  }

  /** The exit status that a verdict has. */
  static int status(Verdict verdict) {
    return switch (verdict) {
      case CLEAN -> ExitStatus.OK;
      case TORN, AMBIGUOUS -> ExitStatus.TORN;
      case CORRUPT -> ExitStatus.CORRUPT;
    };
  }
}
