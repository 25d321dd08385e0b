package dev.durability.cli;

import dev.durability.DurableState;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability demo}. */
final class DemoCommand implements Command {
  private static final String ROUNDS = "--rounds";
  private static final String WRITERS = "--writers";
  private static final int KILL_MILLIS_MIN = 200;
  private static final int KILL_MILLIS_RANGE = 1000;
  private static final long PROGRESS_NANOS = 100_000_000;

  private final CommandIo io;
  private final Random random = new Random();
  private volatile @Nullable DemoRound running;
  private volatile boolean stopping;

  DemoCommand(CommandIo io) {
    this.io = io;
  }

  /** A row of the table. */
  private record Row(DemoTally.Result result, double recoveryMillis) {}

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "demo",
            "Kill a store while it is being written to, and look at what is left.",
            "Runs a key-value store in a process of its own. Several threads write to it and"
                + " report each write once it is acknowledged. In the middle of that the process"
                + " is killed with SIGKILL, several times. Each time the store is opened again:"
                + " every acknowledged write must be there, and nothing that was never written.",
            "",
            "The store is made in DIR, which must not exist yet, and is kept there; without DIR it"
                + " is made in a temporary directory and removed.");
    spec.addPositional(CommandSyntax.optionalDirectory("Where the store is made and kept."));
    spec.addOption(count("How often the process is killed.", ROUNDS, "5"));
    spec.addOption(count("How many threads write.", WRITERS, "8"));
    CommandSyntax.endOfHelp(
        spec,
        List.of("  durability demo", "  durability demo --rounds 20 --writers 64 mystore"),
        "0",
        "everything acknowledged was found, and nothing that was never written",
        "2",
        "something was lost, or something was found that was never written; the store is kept",
        "3",
        "the demo could not be run");
    return spec;
  }

  private static OptionSpec count(String description, String name, String otherwise) {
    return OptionSpec.builder(name)
        .type(Integer.class)
        .paramLabel("N")
        .defaultValue(otherwise)
        .description(description + " " + otherwise + " by default.")
        .build();
  }

  @Override
  public int run(ParseResult given) throws IOException {
    int rounds = positive(given, ROUNDS, 5);
    int writers = positive(given, WRITERS, 8);
    String name = given.matchedPositionalValue(0, "");
    Path directory =
        name.isEmpty() ? Files.createTempDirectory("durability-demo") : newDirectory(name);
    try (TemporaryDirectory store = new TemporaryDirectory(directory)) {
      if (!name.isEmpty()) {
        store.keep();
      }
      io.termination().onRequest(this::stop);
      io.err()
          .println(
              writers
                  + " threads write to a store in "
                  + directory
                  + ";"
                  + System.lineSeparator()
                  + "it is killed "
                  + rounds
                  + (rounds == 1 ? " time" : " times"));
      List<Row> rows = run(directory, rounds, writers);
      if (stopping) {
        return ExitStatus.FAILED;
      }
      boolean good =
          rows.stream().allMatch(row -> row.result().lost() + row.result().foreign() == 0);
      if (!good) {
        store.keep();
      }
      io.out().write(table(rows, good, directory).getBytes(Charset.defaultCharset()));
      io.out().flush();
      return good ? ExitStatus.OK : ExitStatus.CORRUPT;
    }
  }

  private static int positive(ParseResult given, String option, int otherwise) {
    int value = given.matchedOptionValue(option, otherwise);
    if (value < 1) {
      throw new UsageException(option + " must be at least 1");
    }
    return value;
  }

  private static Path newDirectory(String name) throws IOException {
    Path directory = Path.of(name);
    if (Files.exists(directory)) {
      throw new FileAlreadyExistsException(
          name, null, "it exists already: name a directory that does not exist yet");
    }
    return Files.createDirectories(directory);
  }

  private void stop() {
    stopping = true;
    DemoRound round = running;
    if (round != null) {
      round.kill();
    }
  }

  private List<Row> run(Path directory, int rounds, int writers) throws IOException {
    DemoTally tally = new DemoTally(writers);
    List<Row> rows = new ArrayList<>();
    for (int round = 1; round <= rounds && !stopping; round++) {
      tally.beginRound();
      DemoRound process = DemoRound.start(directory, round, writers);
      running = process;
      RoundProgress progress = new RoundProgress("round " + round + " of " + rounds + ": ");
      int delay = KILL_MILLIS_MIN + random.nextInt(KILL_MILLIS_RANGE);
      process.runUntilKilled(delay, tally, progress::show);
      rows.add(recover(directory, tally));
      progress.end(rows.get(rows.size() - 1));
    }
    return rows;
  }

  private static Row recover(Path directory, DemoTally tally) throws IOException {
    long start = System.nanoTime();
    try (DurableState<NavigableMap<String, String>, DemoWrite> store = DemoStore.open(directory)) {
      double millis = (System.nanoTime() - start) / 1e6;
      return new Row(store.read(tally::check), millis);
    }
  }

  private static String table(List<Row> rows, boolean good, Path directory) {
    StringBuilder table = new StringBuilder();
    String form = "%-5s %12s %8s %4s %5s %10s%n"; // 49 columns
    line(table, form, "round", "acknowledged", "found", "lost", "extra", "recovery");
    long acknowledged = 0;
    long found = 0;
    long lost = 0;
    long unacknowledged = 0;
    long foreign = 0;
    double slowest = 0;
    for (int i = 0; i < rows.size(); i++) {
      DemoTally.Result r = rows.get(i).result();
      acknowledged += r.acknowledged();
      found += r.found();
      lost += r.lost();
      unacknowledged += r.unacknowledged();
      foreign += r.foreign();
      slowest = Math.max(slowest, rows.get(i).recoveryMillis());
      line(
          table,
          form,
          i + 1,
          r.acknowledged(),
          r.found(),
          r.lost(),
          r.unacknowledged(),
          millis(rows.get(i).recoveryMillis()));
    }
    line(table, form, "all", acknowledged, found, lost, unacknowledged, "<= " + millis(slowest));
    line(
        table,
        "%n%s%n",
        good
            ? "Every acknowledged write was found, and nothing that was never written."
                + System.lineSeparator()
                + "Extra: not acknowledged, but found."
            : lost
                + " acknowledged writes are missing, "
                + foreign
                + " entries are there that were never written; the store is kept in "
                + directory
                + ".");
    return table.toString();
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, "%.0f ms", millis);
  }

  private static void line(StringBuilder text, String form, Object... values) {
    text.append(String.format(Locale.ROOT, form, values));
  }

  /** A line that shows the progress of a round: again and again on a terminal, once elsewhere. */
  private final class RoundProgress {
    private final String title;
    private long shownAt = System.nanoTime();

    RoundProgress(String title) {
      this.title = title;
    }

    void show(long acknowledged) {
      long now = System.nanoTime();
      if (io.showsProgress() && now - shownAt >= PROGRESS_NANOS) {
        shownAt = now;
        io.err().print("\r" + title + acknowledged + " writes acknowledged");
        io.err().flush();
      }
    }

    void end(Row row) {
      io.err()
          .println(
              (io.showsProgress() ? "\r" : "")
                  + title
                  + row.result().acknowledged()
                  + " writes acknowledged, killed, recovered in "
                  + millis(row.recoveryMillis()));
    }
  }
}
