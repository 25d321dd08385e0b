package dev.durability.cli;

import dev.durability.log.Verdict;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability torture}. */
final class TortureCommand implements Command {
  private static final String MINUTES = "--minutes";
  private static final String SEED = "--seed";
  private static final String JSON = "--json";
  private static final double MINUTES_DEFAULT = 1;

  /** How a process ends when the user stops this one, by a signal that reaches both. */
  private static final List<Integer> ENDED_BY_USER = List.of(128 + 2, 128 + 15);

  private final CommandIo io;
  private volatile @Nullable TortureLife running;
  private volatile boolean stopping;

  TortureCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "torture",
            "Kill a log's writers for minutes, and check what is left each time.",
            "Runs processes that write to a log: single entries and atomic batches, waited for or"
                + " not, on several threads, with small segments, checkpoints and truncation."
                + " Each is killed with SIGKILL, at a random moment while it appends, begins a"
                + " segment, writes a checkpoint, truncates, or mends what the one before left,"
                + " several times in a row. After each time everything that was acknowledged"
                + " must be there, in order, batches whole, and nothing else. Half of the ends"
                + " get the bytes of an unfinished write.",
            "",
            "The log is made in a new directory in DIR, or as DIR itself if there is no DIR yet."
                + " It is removed at the end, but kept if something is wrong. Anything else in"
                + " DIR, such as another log, is not touched.");
    spec.addPositional(
        CommandSyntax.optionalDirectory(
            "A directory on the disk to use; the current directory by default."));
    spec.addOption(
        OptionSpec.builder(MINUTES)
            .type(Double.class)
            .paramLabel("N")
            .description("How long; fractions are allowed. 1 by default.")
            .build());
    spec.addOption(
        OptionSpec.builder(SEED)
            .type(Long.class)
            .paramLabel("SEED")
            .description(
                "Draws the same phases and moments as an earlier run. When exactly each process"
                    + " dies still depends on the machine.")
            .build());
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability torture --minutes 10 mylog",
            "  durability torture --minutes 0.5 --json mylog | jq .kills"),
        "0",
        "nothing is wrong",
        "2",
        "a promise is broken; the log is kept",
        "3",
        "the torture could not be run",
        "130, 143",
        "ended by SIGINT or SIGTERM, with the table so far");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    double minutes = given.matchedOptionValue(MINUTES, MINUTES_DEFAULT);
    if (!(minutes > 0) || minutes > TimeUnit.DAYS.toMinutes(365)) {
      throw new UsageException(MINUTES + " must be more than 0, and at most a year");
    }
    long seed = given.matchedOptionValue(SEED, new Random().nextLong());
    try (TemporaryDirectory log = newDirectory(Path.of(given.matchedPositionalValue(0, ".")))) {
      Path directory = log.path();
      io.termination().onRequest(this::stop);
      TortureTally tally = new TortureTally(seed);
      try {
        torture(directory, minutes, seed, tally);
      } catch (IOException | RuntimeException e) {
        log.keep();
        io.err().println("durability torture: the log is kept in " + directory);
        throw e;
      }
      if (!tally.isGood()) {
        log.keep();
      }
      String where = directory.toString();
      io.out()
          .write(
              given.hasMatchedOption(JSON)
                  ? tally.json(where)
                  : tally.text(where, io.textColumns()).getBytes(Charset.defaultCharset()));
      io.out().flush();
      if (!tally.isGood()) {
        return ExitStatus.CORRUPT;
      }
      return stopping ? ExitStatus.FAILED : ExitStatus.OK; // The signal determines the status.
    }
  }

  private static TemporaryDirectory newDirectory(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return TemporaryDirectory.at(directory);
    }
    if (!Files.readAttributes(directory, BasicFileAttributes.class).isDirectory()) {
      throw new NotDirectoryException(directory.toString());
    }
    return TemporaryDirectory.in(directory, "durability-torture-");
  }

  private void stop() {
    stopping = true;
    TortureLife life = running;
    if (life != null) {
      life.kill();
    }
  }

  private void torture(Path path, double minutes, long seed, TortureTally tally)
      throws IOException {
    FsDirectory directory = FsDirectory.open(path);
    TortureCheck check =
        new TortureCheck(directory, TortureProcess.WRITERS, TortureProcess.OUTSTANDING_MAX);
    Random random = new Random(seed);
    TorturePlan plan = new TorturePlan(random);
    double seconds = minutes * 60;
    long start = System.nanoTime();
    try (Progress progress = Progress.ofSteps(io, "torture", "s", Math.max(1, (long) seconds))) {
      for (int number = 1; tally.isGood() && !stopping && secondsSince(start) < seconds; number++) {
        TortureLife life = TortureLife.start(path, number, random.nextLong());
        running = life;
        int status = life.runUntilKilled(plan.next(), plan);
        if (stopping || ENDED_BY_USER.contains(status)) {
          stopping = true;
          break;
        }
        tally.add(life, found(check, life, status));
        if (tally.isGood()) {
          removeQuarantine(path);
          if (random.nextBoolean() && TornEnd.leave(path, directory, random)) {
            tally.addTornEnd();
          }
        }
        progress.reach((long) secondsSince(start));
        progress.say("killed " + tally.kills() + ", acknowledged " + tally.acknowledged());
      }
    }
    tally.took(secondsSince(start));
    if (tally.isGood() && tally.kills() > 0) {
      end(directory, tally);
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static TortureCheck.Finding found(TortureCheck check, TortureLife life, int status)
      throws IOException {
    TortureCheck.Finding found = check.check(life.acknowledged(), life.opened());
    if (status == KillableProcess.KILLED || !found.violation().isEmpty()) {
      return found;
    }
    if (status == ExitStatus.CORRUPT) {
      return new TortureCheck.Finding(
          found.verdict(), found.survived(), "a process found the log corrupt");
    }
    throw new IOException(
        "the process that writes ended before it was killed, with status " + status);
  }

  /** What was cut off is kept there for people; over hours it would fill the disk. */
  private static void removeQuarantine(Path path) throws IOException {
    Path quarantine = path.resolve("quarantine");
    if (!Files.isDirectory(quarantine)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(quarantine)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  /** At the end the log is opened and closed normally. */
  private static void end(FsDirectory directory, TortureTally tally) throws IOException {
    try {
      WalWriter.open(directory, new TortureEntry.Bytes(), WalOptions.defaults()).close();
      Verdict verdict = WalMaintenance.verify(directory).verdict();
      if (verdict != Verdict.CLEAN) {
        tally.violate("the log is " + verdict + " after it was opened and closed in order");
      }
    } catch (NoSuchFileException e) {
      tally.violate("the log is gone after it was opened and closed in order: " + e.getMessage());
    }
  }
}
