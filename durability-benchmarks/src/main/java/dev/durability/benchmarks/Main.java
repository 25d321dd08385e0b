package dev.durability.benchmarks;

import dev.durability.benchmarks.report.Page;
import dev.durability.benchmarks.report.Summary;
import dev.durability.benchmarks.scenario.Scenario;
import dev.durability.benchmarks.scenario.Scenarios;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The program behind {@code ./durability-benchmarks/run}. */
@Command(
    name = "./durability-benchmarks/run",
    sortOptions = false,
    header = "Measures the library beside a raw probe of the device, and beside other libraries.",
    description = {
      "",
      "Each scenario runs in a process of its own, all its contestants taking turns, and writes"
          + " a page and a chart to durability-benchmarks/results; README.md there has one line"
          + " for each. Without names, all scenarios run, which takes about 35 minutes.",
      "",
      "'run jmh [OPTION...]' runs the JMH benchmarks of what happens in memory."
    },
    footer = {
      "",
      "  --jdk HOME         the JDK to run with (read by the script); by default the one that"
          + " ./durability uses"
    })
public final class Main implements Callable<Integer> {
  private static final int EXIT_FAILED = 1;

  @Parameters(paramLabel = "SCENARIO", description = "what to measure; --list shows the names")
  private List<String> names = new ArrayList<>();

  @Option(names = "--list", description = "lists the scenarios and ends")
  private boolean list;

  @Option(
      names = "--seconds",
      defaultValue = "1",
      description = "how long each contestant is measured in a round (default: ${DEFAULT-VALUE})")
  private double seconds;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "how many rounds (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--smoke",
      description = "tries everything out with small logs; the figures mean nothing")
  private boolean smoke;

  @Option(names = "--module", hidden = true, required = true)
  private Path module = Path.of("");

  @Option(names = "--here", hidden = true, description = "runs in this process")
  private boolean here;

  @Option(names = "--results", hidden = true)
  private @Nullable Path results;

  @Option(names = "--help", usageHelp = true, description = "shows this and ends")
  @SuppressWarnings("UnusedVariable") // Picocli reads it.
  private boolean help;

  private Main() {}

  /**
   * Runs.
   *
   * @param args as the usage says
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (list) {
      Scenarios.all()
          .forEach(s -> System.out.printf(Locale.ROOT, "%-20s %s%n", s.name(), s.title()));
      return 0;
    }
    List<Scenario> chosen = choose();
    if (here) {
      for (Scenario scenario : chosen) {
        measure(scenario);
      }
      return 0;
    }
    boolean failed = false;
    for (Scenario scenario : chosen) {
      failed |= !inOwnProcess(scenario);
    }
    return failed ? EXIT_FAILED : 0;
  }

  private List<Scenario> choose() {
    List<Scenario> all = Scenarios.all();
    for (String name : names) {
      if (all.stream().noneMatch(s -> s.name().equals(name))) {
        throw new CommandLine.ParameterException(
            new CommandLine(this), "there is no scenario " + name + "; --list shows all");
      }
    }
    return all.stream().filter(s -> names.isEmpty() || names.contains(s.name())).toList();
  }

  /** With the options of this JVM, which include what peers need. */
  private boolean inOwnProcess(Scenario scenario) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("--here", "--module", module.toString()));
    command.addAll(List.of("--seconds", Double.toString(seconds)));
    command.addAll(List.of("--rounds", Integer.toString(rounds)));
    if (smoke) {
      command.add("--smoke");
    }
    if (results != null) {
      command.addAll(List.of("--results", results.toString()));
    }
    command.add(scenario.name());
    Process child = new ProcessBuilder(command).inheritIO().start();
    Thread stop = new Thread(child::destroy);
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      return child.waitFor() == 0;
    } finally {
      Runtime.getRuntime().removeShutdownHook(stop);
    }
  }

  private void measure(Scenario scenario) throws Exception {
    long start = System.nanoTime();
    System.out.println(scenario.name() + ": " + scenario.title());
    Path target = Files.createDirectories(module.resolve("target"));
    Path output =
        results != null
            ? results
            : smoke ? target.resolve("smoke-results") : module.resolve("results");
    Files.createDirectories(output);
    Path data = Files.createTempDirectory(target, "bench-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(data)));
    try {
      Settings settings = new Settings(seconds, rounds, smoke, data);
      List<Report> reports = scenario.measurement().run(settings, data, System.out);
      Page.write(scenario, reports, settings, output);
      Summary.update(scenario, reports, Scenarios.all(), output);
      reports.forEach(Main::print);
    } catch (CannotRunException e) {
      System.out.println("  skipped: " + e.getMessage());
    } finally {
      remove(data);
    }
    long took = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    System.out.println("  took " + took + " s");
  }

  /** Also if the program is stopped: some files may have gigabytes. */
  private static void remove(Path data) {
    try {
      if (Files.exists(data)) {
        Trees.empty(data);
        Files.delete(data);
      }
    } catch (IOException e) {
      System.err.println("could not remove what was measured with: " + e);
    }
  }

  private static void print(Report report) {
    String part = report.part().isEmpty() ? "" : report.part() + ": ";
    System.out.printf(
        Locale.ROOT,
        "  %s%s %s; %s%n",
        part,
        report.figure(),
        Figures.of(report.ours().figure()),
        report.missing().map(why -> "target missed: " + why).orElse("target met"));
    for (Standing standing : report.standings()) {
      if (standing.ran() && !standing.rates().isEmpty()) {
        System.out.printf(
            Locale.ROOT,
            "    %-40s %10s %14s %s/s%n",
            standing.name(),
            standing.isCompared() ? Figures.of(standing.figure()) : "",
            Figures.of(Figures.median(standing.rates())),
            report.unit());
      }
    }
  }
}
