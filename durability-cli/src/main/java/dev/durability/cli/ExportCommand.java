package dev.durability.cli;

import dev.durability.rust.CrateExport;
import dev.durability.rust.CrateLogOptions;
import dev.durability.rust.CrateVersion;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability export}. */
final class ExportCommand implements Command {
  private static final String FOR = "--for";
  private static final String MARKER = "--marker";
  private static final String JSON = "--json";
  private static final String NEWEST = "0.8.0";

  private final CommandIo io;

  ExportCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "export",
            "Write a log as the Rust crate durability keeps it.",
            "Writes the entries and the usable checkpoints of the log in DIR to RUST-DIR, as the Rust"
                + " crate durability keeps them. Entries keep their ids and bytes; the crate knows no"
                + " atomic batches. A checkpoint becomes checkpoints/<last entry id>.chk. DIR is only"
                + " read.",
            "",
            "Up to version 0.7.1 the crate reads older files than later versions write: --for names"
                + " the oldest version that has to read RUST-DIR.",
            "",
            "RUST-DIR gets its name when all is there: until then it is RUST-DIR.exporting.");
    spec.addPositional(CommandSyntax.directory());
    spec.addPositional(
        ImportCommand.second("RUST-DIR", "The directory to make: missing, or empty."));
    spec.addOption(
        OptionSpec.builder(FOR)
            .type(String.class)
            .paramLabel("VERSION")
            .description("The version of the crate, 0.2.0 to 0.8.0. Without it: " + NEWEST + ".")
            .build());
    spec.addOption(
        CommandSyntax.flag(
            "Append the crate's own marker for the newest checkpoint, an entry by which its"
                + " recover_latest finds it. Only for entries that are the crate's WalEntry.",
            MARKER));
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability export --for 0.5.0 mylog old", "  durability export --json mylog old"),
        "0",
        "all was written",
        "1",
        "the entries were written, and a checkpoint was left out",
        "2",
        "the log is corrupt",
        "3",
        "any other failure: not a log, an entry of more than 16 MiB, RUST-DIR is not empty, no room,"
            + " wrong usage; RUST-DIR is as it was",
        "141",
        "the reader of the output has gone; the log was written");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    CrateVersion version = version(given.matchedOptionValue(FOR, NEWEST));
    Path from = Path.of(given.matchedPositionalValue(0, ""));
    Path to = Path.of(given.matchedPositionalValue(1, ""));
    Directory source = LogDirectory.forReading(from);
    CrateExport.Report report;
    try (StagedDirectory staged = StagedDirectory.begin(to, "exporting")) {
      try (Progress progress = Progress.start(io, "export", MeteredDirectory.logBytes(source))) {
        CrateExport prepared =
            CrateExport.of(
                new MeteredDirectory(source, progress),
                staged.directory(),
                CrateLogOptions.of(version));
        report = given.hasMatchedOption(MARKER) ? prepared.withMarker().run() : prepared.run();
      }
      staged.finish();
    }
    io.out()
        .write(given.hasMatchedOption(JSON) ? json(report, version) : io.wrapped(text(report, to)));
    io.out().flush();
    return report.leftOut().isEmpty() ? ExitStatus.OK : ExitStatus.LEFT_OUT;
  }

  private static CrateVersion version(String text) {
    try {
      return CrateVersion.of(text);
    } catch (IllegalArgumentException unknown) {
      throw new UsageException(String.valueOf(unknown.getMessage()));
    }
  }

  private static long entries(CrateExport.Report report) {
    return report.lastEntryId() - report.firstEntryId() + 1;
  }

  private static byte[] text(CrateExport.Report report, Path to) {
    CrateReportText text = new CrateReportText();
    text.line("directory", to.toString());
    text.line(
        "entries",
        entries(report)
            + (entries(report) == 0
                ? ""
                : "  (" + report.firstEntryId() + " to " + report.lastEntryId() + ")"));
    text.line("segments", Integer.toString(report.segments().size()));
    text.checkpoints(report.checkpoints());
    text.leftOut("left out", report.leftOut());
    return text.bytes();
  }

  /** Programs read its keys, so they are fixed. */
  private static byte[] json(CrateExport.Report report, CrateVersion version) throws IOException {
    return CrateReportText.json(
        json -> {
          json.writeNumberField("entries", entries(report));
          json.writeNumberField("first", report.firstEntryId());
          json.writeNumberField("last", report.lastEntryId());
          json.writeNumberField("segments", report.segments().size());
          json.writeNumberField("walVersion", version.walVersion());
          json.writeNumberField("checkpointVersion", version.checkpointVersion());
          CrateReportText.writeCheckpoints(json, report.checkpoints());
          CrateReportText.writeLeftOut(json, "leftOut", report.leftOut());
        });
  }
}
