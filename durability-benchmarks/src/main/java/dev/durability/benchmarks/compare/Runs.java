package dev.durability.benchmarks.compare;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.benchmarks.Trees;
import dev.durability.benchmarks.scenario.LogAlone;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Starts runs, each in a JVM of its own with the same flags. One thread. */
final class Runs {
  /** The heap is fixed, so that no run is measured while its heap grows. */
  static final List<String> FLAGS = List.of("-Xms256m", "-Xmx256m");

  private static final int LINES_SHOWN = 15;
  private static final double DEADLINE_SECONDS = 300;
  private static final Pattern RESULT = Pattern.compile("measured (\\d+) (\\d+) (\\S+)");

  private final Path work;
  private final Path own;
  private final Map<Side, Build.Copy> builds = new EnumMap<>(Side.class);
  private final double warmUpSeconds;
  private final double seconds;
  private final int divisor;

  /**
   * Copies what is measured.
   *
   * @param before the old build
   * @param after the new build
   * @param warmUpSeconds how long a run warms up
   * @param seconds about how long it measures
   * @param divisor what to divide the sizes of logs that are read by
   * @param work an empty directory, on the disk that is measured
   * @throws IOException if that fails
   */
  Runs(Build before, Build after, double warmUpSeconds, double seconds, int divisor, Path work)
      throws IOException {
    this.work = work;
    this.own = work.resolve("own");
    this.warmUpSeconds = warmUpSeconds;
    this.seconds = seconds;
    this.divisor = divisor;
    copyOwnClass();
    builds.put(Side.BEFORE, before.copy(Files.createDirectory(work.resolve("before"))));
    builds.put(Side.AFTER, after.copy(Files.createDirectory(work.resolve("after"))));
  }

  /** This one class is the same for both builds, and need not be in either. */
  private void copyOwnClass() throws IOException {
    String name = LogAlone.class.getName().replace('.', '/') + ".class";
    Path copy = own.resolve(name);
    Files.createDirectories(Objects.requireNonNull(copy.getParent()));
    try (InputStream bytes =
        Objects.requireNonNull(LogAlone.class.getClassLoader().getResourceAsStream(name))) {
      Files.copy(bytes, copy);
    }
  }

  /**
   * Runs a scenario once.
   *
   * @param scenario its name
   * @param side the build
   * @return operations per second
   * @throws RunFailedException if the run fails, or loads the library from elsewhere
   * @throws IOException if it cannot be started
   * @throws InterruptedException if the thread is interrupted; the run is ended
   */
  double rate(String scenario, Side side)
      throws RunFailedException, IOException, InterruptedException {
    Build.Copy build = Objects.requireNonNull(builds.get(side));
    Path data = Files.createDirectory(work.resolve("data"));
    Path out = work.resolve("out");
    Path err = work.resolve("err");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(List.of("-cp", build.classPath(own), LogAlone.class.getName()));
    command.addAll(List.of(scenario, Double.toString(warmUpSeconds), Double.toString(seconds)));
    command.addAll(List.of(Integer.toString(divisor), data.toString()));
    Process run =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    Thread stop = new Thread(run::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      long deadline = (long) (DEADLINE_SECONDS + 20 * (warmUpSeconds + seconds));
      if (!run.waitFor(deadline, TimeUnit.SECONDS)) {
        throw new RunFailedException(
            where(scenario, side) + " did not end within " + deadline + " s" + head(err));
      }
      if (run.exitValue() != 0) {
        throw new RunFailedException(
            where(scenario, side) + " ended with status " + run.exitValue() + head(err));
      }
      return rate(Files.readString(out, UTF_8), build, where(scenario, side));
    } finally {
      run.destroyForcibly().waitFor();
      Runtime.getRuntime().removeShutdownHook(stop);
      Trees.empty(data);
      Files.delete(data);
    }
  }

  private static String where(String scenario, Side side) {
    return scenario + ", " + side + ": the run";
  }

  private static double rate(String printed, Build.Copy build, String run)
      throws RunFailedException, IOException {
    Matcher result = RESULT.matcher(printed.strip());
    if (!result.matches()) {
      throw new RunFailedException(run + " printed no result: " + printed.strip());
    }
    Path library = Path.of(URI.create(result.group(3)));
    if (!Files.isSameFile(library, build.core())) {
      throw new RunFailedException(
          run + " loaded the library from " + library + ", not from " + build.core());
    }
    double nanos = Long.parseLong(result.group(2));
    if (nanos <= 0) {
      throw new RunFailedException(run + " measured no time: " + printed.strip());
    }
    return Long.parseLong(result.group(1)) * 1e9 / nanos;
  }

  private static String head(Path err) throws IOException {
    String text = new String(Files.readAllBytes(err), UTF_8);
    List<String> lines = text.lines().limit(LINES_SHOWN).toList();
    return lines.isEmpty() ? "" : ":\n  " + String.join("\n  ", lines);
  }
}
