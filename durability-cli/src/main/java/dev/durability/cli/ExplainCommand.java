package dev.durability.cli;

import dev.durability.errors.CorruptLogException;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentInfo;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability explain}. */
final class ExplainCommand implements Command {
  private static final String JSON = "--json";
  private static final String CRATE = "VWAL";

  /** The log is verified, gone over, and looked through for what can be salvaged. */
  private static final int READINGS = 3;

  private final CommandIo io;
  private final Clock clock;

  ExplainCommand(CommandIo io, Clock clock) {
    this.io = io;
    this.clock = clock;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "explain",
            "Say in sentences what happened to a log, and what to do.",
            "Reads all of the log in DIR and says what happened to it and what shows that, what"
                + " opening will do, what to do, and what can be lost by it. Changes nothing; another"
                + " process may be writing to the log.",
            "",
            "DIR may also be a record log, a directory with record logs, or one without a log.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability explain mylog",
            "  durability explain --json mylog | jq -r .causes[].kind"),
        "0",
        "the log is CLEAN",
        "1",
        "it is TORN or AMBIGUOUS: opening cuts off its end; or it opens, and a part is damaged that"
            + " opening does not read, since a checkpoint contains it",
        "2",
        "it is CORRUPT",
        "3",
        "it is of another version or library, or there is no log; or not readable, wrong usage",
        "141",
        "the reader of the output has gone");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    Explanation explained;
    try (LogLocation location = LogLocation.of(given, io)) {
      Explanation other = location.isLocal() ? OtherExplanation.of(Path.of(location.name())) : null;
      explained = other == null ? log(location) : other;
      if (other == null && location.isLocal()) {
        explained = explained.with(ForeignFiles.notes(Path.of(location.name())));
      }
    }
    io.out().write(given.hasMatchedOption(JSON) ? explained.json() : io.wrapped(explained.text()));
    io.out().flush();
    return explained.status();
  }

  private Explanation log(LogLocation location) throws IOException {
    Directory log = location.forReadingWhatIsLeft();
    String name = location.toString();
    Path path = location.isLocal() ? Path.of(location.name()) : null;
    long bytes = log.exists("wal") ? READINGS * MeteredDirectory.logBytes(log) : 0;
    try (Progress progress = Progress.start(io, "explain", bytes)) {
      Directory metered = new MeteredDirectory(log, progress);
      LogLook look = LogLook.at(name, metered, path, clock.instant());
      return log(metered, look, path);
    } catch (NoSuchFileException noSegment) {
      return withMoved(OtherExplanation.withoutSegments(name), log, path);
    } catch (CorruptLogException checkpointsAlone) {
      return withMoved(checkpointsAlone(location, log, checkpointsAlone), log, path);
    }
  }

  private Explanation log(Directory log, LogLook look, @Nullable Path path) throws IOException {
    Mending mending = Mending.of(log, look, path, clock.instant());
    Explanation asItIs = of(log, look, look.report()).with(mending.notes());
    if (!mending.causes().isEmpty()) {
      LogLook then = mending.look();
      return asItIs.with(mending, of(mending.files(), then, then.report()));
    }
    return look.report() == null || look.report().verdict() == Verdict.CORRUPT
        ? asItIs
        : asItIs.with(StraySegments.missedBy(look, path).sentences());
  }

  private static Explanation of(Directory log, LogLook look, @Nullable LogReport report)
      throws IOException {
    if (report == null) {
      return LogExplanation.otherVersion(look, isOfCrate(log, look));
    }
    SalvageLook found = look.found();
    if (found == null || report.verdict() != Verdict.CORRUPT) {
      List<Explanation.Cause> covered =
          found == null ? List.of() : Diagnosis.covered(log, look, found);
      return OpenableExplanation.of(look, report, AfterCut.of(log, look, report), covered);
    }
    return LogExplanation.corrupt(look, report, Diagnosis.of(log, look, found), found);
  }

  private static boolean isOfCrate(Directory log, LogLook look) throws IOException {
    for (LogContents.SegmentLook each : look.contents().segments()) {
      if (each.info().state() == SegmentInfo.State.OTHER_VERSION) {
        ByteBuffer magic = ByteBuffer.allocate(CRATE.length());
        try (ReadFile file = log.open(each.info().file())) {
          int unused = file.read(magic, 0);
        }
        if (new String(magic.array(), StandardCharsets.ISO_8859_1).equals(CRATE)) {
          return true;
        }
      }
    }
    return false;
  }

  /** All segments may be in another directory. */
  private Explanation withMoved(Explanation asItIs, Directory log, @Nullable Path path)
      throws IOException {
    Mending.Stage moved = path == null ? null : MovedSegments.ofAllMoved(log, path);
    if (moved == null || path == null) {
      return asItIs;
    }
    Mending mending = Mending.of(moved, path, clock.instant());
    LogLook then = mending.look();
    return asItIs.with(mending, of(mending.files(), then, then.report()));
  }

  private static Explanation checkpointsAlone(
      LogLocation location, Directory log, CorruptLogException found) throws IOException {
    String name = location.toString();
    SalvageLook look = SalvageLook.at(log);
    List<Explanation.Cause> causes =
        List.of(
            new Explanation.Cause(
                Explanation.Kind.LOST_SEGMENT,
                "All segments of the log are gone; a checkpoint is left.",
                List.of(String.valueOf(found.getMessage()))));
    List<String> steps = new ArrayList<>();
    steps.add(Explanation.copyFirst(name, location.isLocal()));
    steps.addAll(LogExplanation.afterCopying(name, causes, look));
    return new Explanation(
        name,
        Explanation.State.CORRUPT,
        causes,
        "It refuses, and changes nothing.",
        steps,
        "Without a backup: the entries after the newest checkpoint; how many there were is not"
            + " known.",
        List.of(),
        ExitStatus.CORRUPT);
  }
}
