package dev.durability.benchmarks.compare;

import dev.durability.benchmarks.Figures;
import dev.durability.benchmarks.Trees;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program behind {@code ./durability-benchmarks/compare}. */
@Command(
    name = "./durability-benchmarks/compare",
    sortOptions = false,
    header = "Compares the rates of two builds of the library.",
    description = {
      "",
      "A round runs each build once, in a JVM of its own with the same flags, and gives the"
          + " ratio of"
          + " the two rates. Who is first changes from round to round. From the ratios come their"
          + " geometric mean and the interval that covers the true mean in 95 of 100 comparisons"
          + " (Student's t, of the logarithms).",
      "",
      "BUILD is the root of a checkout that is built. Each build brings its own loads; the command"
          + " says if they differ. By default there are 30 runs of each scenario, of about"
          + " 11 seconds"
          + " and what it takes to start them and, for replay-128 and recovery-1g, to write the"
          + " log:"
          + " an hour or more, on a machine that does nothing else."
    },
    footer = {
      "",
      "  --jdk HOME         the JDK to run with (read by the script); by default the one that"
          + " ./durability uses",
      "",
      "Exit status: 0 no build is shown to be slower; 1 the whole interval of a scenario lies below"
          + " 0.97; 2 bad arguments, a build is missing, or all chosen scenarios are skipped; 3"
          + " a run"
          + " failed.",
      "",
      "Example:",
      "  ./durability-benchmarks/compare --before ../old --after . --scenarios durable-1,durable-64"
    })
public final class Compare implements Callable<Integer> {
  private static final int EXIT_SLOWER = 1;
  private static final int EXIT_FAILED = 3;
  private static final int ROUNDS_MAX = 10_000;
  private static final double SECONDS_MAX = 3600;

  /** With less, 64 threads leave the compiler too little time for all that it has to compile. */
  static final int WARM_UP_SECONDS = 8;

  /** How much smaller the logs of replay-128 and recovery-1g are with --quick. */
  private static final int QUICK_DIVISOR = 64;

  @Option(names = "--before", required = true, paramLabel = "BUILD", description = "the old build")
  private Path before = Path.of("");

  @Option(names = "--after", required = true, paramLabel = "BUILD", description = "the new build")
  private Path after = Path.of("");

  @Option(
      names = {"--scenarios", "--scenario"},
      paramLabel = "NAMES",
      split = ",",
      defaultValue = "all",
      description =
          "durable-1, durable-16, durable-64, virtual-256 (skipped before Java 21), async-1024,"
              + " unsynced-128, replay-128, recovery-1g, with commas; or all (default)")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "how many pairs of each scenario, at least 2 (default: 15)")
  private @Nullable Integer rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "how long a run measures, about (default: 3)")
  private @Nullable Double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "how long a run warms up (default: " + WARM_UP_SECONDS + ")")
  private @Nullable Double warmUp;

  @Option(
      names = "--quick",
      description =
          "tries everything out: 2 rounds, short runs, no verdict; the figures mean nothing")
  private boolean quick;

  @Option(names = "--json", description = "prints a JSON object")
  private boolean json;

  @Option(names = "--module", hidden = true, required = true)
  private Path module = Path.of("");

  @Option(names = "--help", usageHelp = true, description = "shows this and ends")
  @SuppressWarnings("UnusedVariable") // Picocli reads it.
  private boolean help;

  @Spec private CommandSpec spec = CommandSpec.create();

  private Compare() {}

  /**
   * Runs.
   *
   * @param args as the usage says
   */
  public static void main(String[] args) {
    System.exit(command().execute(args));
  }

  static CommandLine command() {
    return new CommandLine(new Compare())
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              String message = e instanceof RunFailedException ? e.getMessage() : e.toString();
              line.getErr().println("compare: " + message);
              return EXIT_FAILED;
            });
  }

  @Override
  public Integer call() throws Exception {
    CommandLine line = spec.commandLine();
    Set<String> scenarios = scenarios(line);
    Map<String, String> skipped = skip(scenarios);
    int count = rounds != null ? rounds : quick ? 2 : 15;
    double measured = seconds != null ? seconds : quick ? 0.1 : 3;
    double warm = warmUp != null ? warmUp : quick ? 0.1 : WARM_UP_SECONDS;
    if (count < 2 || count > ROUNDS_MAX) {
      throw new ParameterException(line, "--rounds has to be 2 to " + ROUNDS_MAX);
    }
    if (!(measured > 0 && measured <= SECONDS_MAX)) {
      throw new ParameterException(line, "--seconds has to be more than 0, at most " + SECONDS_MAX);
    }
    if (!(warm >= 0 && warm <= SECONDS_MAX)) {
      throw new ParameterException(line, "--warm-up has to be 0 to " + SECONDS_MAX);
    }
    Build old;
    Build current;
    try {
      old = Build.of(before);
      current = Build.of(after);
    } catch (NotBuiltException e) {
      line.getErr().println("compare: " + e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    if (scenarios.isEmpty()) {
      skipped.forEach((name, why) -> line.getErr().println("compare: " + name + ": " + why));
      return CommandLine.ExitCode.USAGE;
    }
    return compare(old, current, scenarios, skipped, count, warm, measured);
  }

  /** Removes what cannot run here; returns why. */
  private static Map<String, String> skip(Set<String> scenarios) {
    Map<String, String> skipped = new LinkedHashMap<>();
    for (String scenario : scenarios) {
      ScenarioNames.whySkipped(scenario, Runtime.version().feature())
          .ifPresent(why -> skipped.put(scenario, why));
    }
    scenarios.removeAll(skipped.keySet());
    return skipped;
  }

  private Set<String> scenarios(CommandLine line) {
    try {
      return ScenarioNames.chosen(names);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(line, e.getMessage(), e);
    }
  }

  private int compare(
      Build old,
      Build current,
      Set<String> scenarios,
      Map<String, String> skipped,
      int count,
      double warm,
      double measured)
      throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (!json) {
      print(out, builds(old, current));
      skipped.forEach(
          (name, why) -> print(out, String.format(Locale.ROOT, "%s: skipped: %s%n", name, why)));
    }
    List<String> differ = old.loadsThatDiffer(current);
    if (!differ.isEmpty()) {
      err.println(
          "compare: the loads of the builds differ, not only the library: "
              + String.join(", ", differ));
    }
    Path work =
        Files.createTempDirectory(Files.createDirectories(module.resolve("target")), "compare-");
    Thread cleanUp = new Thread(() -> remove(work));
    Runtime.getRuntime().addShutdownHook(cleanUp);
    List<Outcome> outcomes = new ArrayList<>();
    try {
      Runs runs = new Runs(old, current, warm, measured, quick ? QUICK_DIVISOR : 1, work);
      Watch watch = new Watch(err, scenarios.size() * count);
      for (String scenario : scenarios) {
        List<Rounds.Pair> pairs =
            Rounds.run(
                count,
                side -> runs.rate(scenario, side),
                (round, pair) -> watch.ended(scenario, round, count, pair));
        Outcome outcome = Outcome.of(scenario, pairs, quick);
        outcomes.add(outcome);
        if (!json) {
          print(out, outcome.text());
        }
      }
    } finally {
      Runtime.getRuntime().removeShutdownHook(cleanUp);
      remove(work);
    }
    if (json) {
      out.println(json(old, current, differ, skipped, outcomes));
    }
    return outcomes.stream().anyMatch(o -> o.verdict() == Verdict.SLOWER) ? EXIT_SLOWER : 0;
  }

  private static void print(PrintWriter out, String text) {
    out.print(text);
    out.flush();
  }

  private static String builds(Build old, Build current) throws InterruptedException {
    return String.format(
        Locale.ROOT,
        "before  %s  %s%nafter   %s  %s%nJava    %s, %s%n",
        old.commit(),
        old.root(),
        current.commit(),
        current.root(),
        Runtime.version(),
        String.join(" ", Runs.FLAGS));
  }

  private static String json(
      Build old,
      Build current,
      List<String> differ,
      Map<String, String> skipped,
      List<Outcome> outcomes)
      throws InterruptedException {
    return String.format(
        Locale.ROOT,
        "{\"before\":%s,\"after\":%s,\"java\":%s,\"bound\":%.2f,\"confidence\":%.2f,"
            + "\"loadsThatDiffer\":%s,\"skipped\":%s,\"scenarios\":%s}",
        Json.text(old.commit()),
        Json.text(current.commit()),
        Json.text(Runtime.version().toString()),
        PairedRatios.BOUND,
        PairedRatios.CONFIDENCE,
        differ.stream().map(Json::text).collect(Collectors.joining(",", "[", "]")),
        skipped.entrySet().stream()
            .map(entry -> Json.text(entry.getKey()) + ":" + Json.text(entry.getValue()))
            .collect(Collectors.joining(",", "{", "}")),
        outcomes.stream().map(Outcome::json).collect(Collectors.joining(",", "[", "]")));
  }

  /** Also if the program is stopped. */
  private static void remove(Path work) {
    try {
      if (Files.exists(work)) {
        Trees.empty(work);
        Files.delete(work);
      }
    } catch (IOException e) {
      System.err.println("compare: could not remove what was measured with: " + e);
    }
  }

  /** Reports the progress to a person who waits. */
  private static final class Watch {
    private final long start = System.nanoTime();
    private final PrintWriter err;
    private final int all;
    private int done;

    Watch(PrintWriter err, int all) {
      this.err = err;
      this.all = all;
    }

    void ended(String scenario, int round, int rounds, Rounds.Pair pair) {
      done++;
      double seconds = (System.nanoTime() - start) / 1e9;
      err.printf(
          Locale.ROOT,
          "%s round %d of %d: before %s/s, after %s/s, ratio %.3f; %.0f s left%n",
          scenario,
          round,
          rounds,
          Figures.of(pair.before()),
          Figures.of(pair.after()),
          pair.ratio(),
          seconds / done * (all - done));
    }
  }
}
