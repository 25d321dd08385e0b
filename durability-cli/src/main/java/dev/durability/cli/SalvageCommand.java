package dev.durability.cli;

import dev.durability.errors.CorruptLogException;
import dev.durability.errors.LockHeldException;
import dev.durability.salvage.Salvage;
import dev.durability.storage.Directory;
import dev.durability.storage.LockHolding;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability salvage}. */
final class SalvageCommand implements Command {
  private static final String TO = "--to";
  private static final String RENUMBER = "--renumber";
  private static final String FROM_QUARANTINE = "--from-quarantine";
  private static final String JSON = "--json";

  /** All is copied, and the last segment is looked through before that. */
  private static final int READINGS = 2;

  private final CommandIo io;

  SalvageCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "salvage",
            "Take what is intact out of a damaged log, into new logs.",
            "Reads the log in DIR, also after damage, and writes what is proven to be intact to NEW:"
                + " a log for each stretch of entries without a hole, NEW/from-<first entry>. Entries"
                + " keep their ids, batches, schemas and times, and whole checkpoints are copied"
                + " beside the entries that they fit. DIR is only read.",
            "",
            "It tells each stretch of entries that is lost: between which places, and what shows that"
                + " they were there. All of that is in NEW/"
                + SalvageOutput.INDEX
                + ", too, an object per line. The end that was being written when a crash came is no"
                + " loss. What the log's owner cut off stays cut off. Files that are damaged, and"
                + " of which no entry is missing, are named.",
            "",
            "Stop the program that writes the log: this refuses while it runs, and if files change"
                + " meanwhile. DIR may also be the file of a record log: its intact records go to one"
                + " new record log in NEW, which has its name. A sector that the disk cannot read ends this: copy DIR with ddrescue"
                + " first.",
            "",
            "NEW gets its name when all is there: until then it is NEW.salvaging. After a crash run"
                + " this again.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    spec.addOption(
        OptionSpec.builder(TO)
            .type(String.class)
            .paramLabel("NEW")
            .required(true)
            .description("The directory to make: missing, or empty.")
            .build());
    spec.addOption(
        CommandSyntax.flag(
            "Write one log, NEW, in which all entries have new ids from 1 on. The holes do not show"
                + " in it. Checkpoints, which speak of the old ids, are not copied.",
            RENUMBER));
    spec.addOption(
        CommandSyntax.flag(
            "Also write what openings cut off after crashes, to logs in NEW/quarantine.",
            FROM_QUARANTINE));
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability salvage mylog --to saved",
            "  durability salvage --renumber mylog --to mylog2",
            "  durability salvage --json mylog --to saved | jq .missing"),
        "0",
        "all entries that the log promises are there, and none is missing before another",
        "1",
        "what is intact was salvaged, and something is missing, in doubt, left out, or in a"
            + " checkpoint alone",
        "2",
        "nothing intact was found; NEW was not made",
        "3",
        "any other failure: no log of this version, a program writes to it, not readable, NEW is not"
            + " empty, no room, wrong usage; NEW is as it was",
        "141",
        "the reader of the output has gone; the entries were salvaged");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    Path to = Path.of(given.matchedOptionValue(TO, ""));
    try (LogLocation location = LogLocation.of(given, io)) {
      SchemaSource recordLog = recordLog(location);
      if (recordLog != null) {
        if (given.hasMatchedOption(FROM_QUARANTINE)) {
          throw new UsageException(FROM_QUARANTINE + " does not go with a record log");
        }
        return salvage(recordLog, location, to, given);
      }
      Directory source = location.forReadingWhatIsLeft();
      if (location.isLocal()) {
        CrateDirectory.requireOutside(Path.of(location.name()), to);
        requireUnlocked(Path.of(location.name()));
      }
      return salvage(new SchemaSource(source, null), location, to, given);
    }
  }

  private static @Nullable SchemaSource recordLog(LogLocation location) throws IOException {
    return location.isLocal() && Files.isRegularFile(Path.of(location.name()))
        ? SchemaSource.at(location)
        : null;
  }

  private int salvage(SchemaSource source, LogLocation from, Path to, ParseResult given)
      throws IOException {
    byte[] told;
    int status;
    try (StagedDirectory staged = StagedDirectory.begin(to, "salvaging")) {
      boolean renumbers = given.hasMatchedOption(RENUMBER);
      try (SalvageOutput output = new SalvageOutput(staged::below, staged.directory(), renumbers)) {
        try (Progress progress = Progress.start(io, "salvage", READINGS * bytes(source))) {
          run(source.metered(progress), staged.directory(), output, given);
        }
        if (source.recordLog() == null) {
          tellMore(source.directory(), from, output);
        }
        output.sync();
        status = output.status();
        told =
            given.hasMatchedOption(JSON)
                ? output.json(from.toString(), to.toString())
                : io.wrapped(output.text(from.toString(), to.toString()));
        if (output.hasAny()) {
          staged.directory().sync("");
          staged.finish();
        }
      }
    }
    io.out().write(told);
    io.out().flush();
    return status;
  }

  private static long bytes(SchemaSource source) throws IOException {
    boolean hasAny = source.recordLog() != null || source.directory().exists("wal");
    return hasAny ? source.bytes() : 0;
  }

  private static void run(
      SchemaSource source, Directory to, SalvageOutput output, ParseResult given)
      throws IOException {
    String recordLog = source.recordLog();
    if (recordLog != null) {
      RecordLogSalvage.run(source, recordLog, to, output);
      return;
    }
    Salvage salvage = Salvage.of(source.directory(), output);
    salvage = given.hasMatchedOption(RENUMBER) ? salvage.renumbered() : salvage;
    salvage = given.hasMatchedOption(FROM_QUARANTINE) ? salvage.withQuarantine() : salvage;
    salvage.run();
  }

  /** Damage in which no entry was, and files that it does not look at. */
  private static void tellMore(Directory log, LogLocation location, SalvageOutput output)
      throws IOException {
    LogContents contents = new LogContents(output.files());
    try {
      WalMaintenance.survey(log, contents);
    } catch (NoSuchFileException | CorruptLogException checkpointsAlone) {
      return; // That is told as missing.
    }
    for (DamagedSegment each :
        DamagedSegment.byHeader(log, contents.beforeTheLast(), output.files())) {
      output.damaged(each);
    }
    for (DamagedSegment each : DamagedSegment.byFrames(contents, output.files())) {
      output.damaged(each);
    }
    if (output.isMissingAny() && location.isLocal()) {
      Path root = Path.of(location.name());
      for (String each : StraySegments.of(root, WalMaintenance.logId(log)).sentences()) {
        output.notRead(each);
      }
    }
  }

  private void requireUnlocked(Path path) throws IOException {
    LockHolding holder = LockLook.holder(path);
    if (holder == null || holder.state() == LockHolding.State.ENDED) {
      return;
    }
    String who = path.resolve(LockLook.LOCK) + " is held by process " + holder.process();
    if (holder.state() == LockHolding.State.RUNNING) {
      throw new LockHeldException(who + ": it writes the log. Stop it first, or salvage a copy");
    }
    io.say(
        "durability salvage: "
            + Printable.text(who + " on host " + holder.host())
            + ", of which this machine cannot tell whether it runs: make sure that it does not");
  }
}
