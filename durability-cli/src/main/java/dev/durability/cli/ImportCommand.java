package dev.durability.cli;

import dev.durability.rust.CrateImport;
import dev.durability.rust.CrateLock;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability import}. */
final class ImportCommand implements Command {
  private static final String TO = "--to";
  private static final String INDEX = "--index";
  private static final String JSON = "--json";

  /** All is hashed, verified, copied, and hashed again. */
  private static final int READINGS = 4;

  private final CommandIo io;

  ImportCommand(CommandIo io) {
    this.io = io;
  }

  /** The second operand, a directory. */
  static PositionalParamSpec second(String label, String description) {
    return PositionalParamSpec.builder()
        .index("1")
        .paramLabel(label)
        .type(String.class)
        .required(true)
        .description(description)
        .build();
  }

  /** The first operand, a directory. */
  static PositionalParamSpec first(String label, String description) {
    return PositionalParamSpec.builder()
        .index("0")
        .paramLabel(label)
        .type(String.class)
        .required(true)
        .description(description)
        .build();
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "import",
            "Take over a log of the Rust crate durability.",
            "Reads the log and the checkpoints of the Rust crate durability (0.2 to 0.8) in RUST-DIR"
                + " and writes them as a log of this program to NEW-DIR. Entries keep their ids and"
                + " bytes, the crate's own markers among them. RUST-DIR is only read.",
            "",
            "Stop the Rust program first. This refuses while the crate's lock is held, as far as the"
                + " system tells: Linux does, for the processes that it shows; other systems do not,"
                + " and this then says so. It compares RUST-DIR before and after: names, sizes and"
                + " SHA-256.",
            "",
            "NEW-DIR gets its name when all is there: until then it is NEW-DIR.importing. After a"
                + " crash run this again.",
            "",
            "It lists what it leaves out: a torn or damaged end, checkpoints that are damaged or do"
                + " not fit, record logs, other files. If something else is damaged, it takes nothing over:"
                + " 'durability verify RUST-DIR' says what, and --to takes the entries before it.");
    spec.addPositional(first("RUST-DIR", "The directory of the crate, which holds wal/."));
    spec.addPositional(second("NEW-DIR", "The directory to make: missing, or empty."));
    spec.addOption(CommandSyntax.entryId("The last entry to take over.", TO));
    spec.addOption(
        CommandSyntax.flag(
            "The entries are the crate's WalEntry, and its checkpoints CheckpointState: write the"
                + " schema of the entries, so that 'durability cat --json' shows them.",
            INDEX));
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability import old/data new",
            "  durability import --to 1000 --json old/data new | jq .leftOut"),
        "0",
        "all was taken over",
        "1",
        "the intact part was taken over, and something was left out",
        "2",
        "the log is corrupt; nothing was taken over",
        "3",
        "any other failure: the lock is held, RUST-DIR changed meanwhile, NEW-DIR is not empty, no"
            + " room, no such log, wrong usage; NEW-DIR is as it was",
        "141",
        "the reader of the output has gone; the log was taken over");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    Path from = Path.of(given.matchedPositionalValue(0, ""));
    Path to = Path.of(given.matchedPositionalValue(1, ""));
    Directory source = FsDirectory.openForReading(from);
    CrateDirectory.requireOutside(from, to);
    CrateLock.State lock = CrateDirectory.requireUnlocked(from);
    if (lock == CrateLock.State.UNKNOWN) {
      io.err()
          .println(
              "durability import: this system does not tell whether a crate has the log open; make"
                  + " sure that the Rust program is stopped");
    }
    CrateImport.Report report;
    try (StagedDirectory staged = StagedDirectory.begin(to, "importing")) {
      long bytes = READINGS * CrateDirectory.bytes(source);
      try (Progress progress = Progress.start(io, "import", bytes)) {
        report = prepared(given, new MeteredDirectory(source, progress), staged).run();
      }
      CrateLock.State unused = CrateDirectory.requireUnlocked(from);
      staged.finish();
    }
    io.out()
        .write(given.hasMatchedOption(JSON) ? json(report, lock) : io.wrapped(text(report, to)));
    io.out().flush();
    return report.leftOut().isEmpty() ? ExitStatus.OK : ExitStatus.LEFT_OUT;
  }

  private static CrateImport prepared(ParseResult given, Directory source, StagedDirectory staged) {
    CrateImport prepared = CrateImport.of(source, staged.directory());
    if (given.hasMatchedOption(INDEX)) {
      prepared = prepared.asIndex();
    }
    if (!given.hasMatchedOption(TO)) {
      return prepared;
    }
    long last = given.matchedOptionValue(TO, 0L);
    if (last < 0) {
      throw new UsageException(TO + " is an entry id");
    }
    return prepared.upTo(last);
  }

  private static byte[] text(CrateImport.Report report, Path to) {
    CrateReportText text = new CrateReportText();
    text.line("log", to.toString());
    text.line(
        "entries",
        report.entries() == 0
            ? "0  (the next is " + report.firstEntryId() + ")"
            : report.entries()
                + "  ("
                + report.firstEntryId()
                + " to "
                + report.lastEntryId()
                + ")");
    text.checkpoints(report.checkpoints());
    text.newerChecksums(report.source());
    text.leftOut("not needed", report.superseded());
    text.leftOut("left out", report.leftOut());
    return text.bytes();
  }

  /** Programs read its keys, so they are fixed. */
  private static byte[] json(CrateImport.Report report, CrateLock.State lock) throws IOException {
    return CrateReportText.json(
        json -> {
          json.writeStringField("verdict", report.source().verdict().name());
          json.writeNumberField("entries", report.entries());
          json.writeNumberField("first", report.firstEntryId());
          json.writeNumberField("last", report.lastEntryId());
          CrateReportText.writeCheckpoints(json, report.checkpoints());
          json.writeNumberField("newerChecksums", report.source().newerChecksums());
          json.writeStringField("lock", lock.name());
          CrateReportText.writeLeftOut(json, "notNeeded", report.superseded());
          CrateReportText.writeLeftOut(json, "leftOut", report.leftOut());
        });
  }
}
