package dev.durability.concurrency;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs {@link Explorer} in a process of its own, on a Java runtime that Fray has instrumented. */
final class FrayProcess {
  /** What {@link Explorer} says of schedules that all did as they should. */
  static final String NOTHING_FOUND = "nothing found";

  private static final long SECONDS_BEYOND = 60;

  private FrayProcess() {}

  /**
   * A scenario to explore.
   *
   * @param scenario the name of a method of {@link Scenarios}
   * @param classes a directory of classes that stand before the library's, or {@code -}
   */
  record Exploration(String scenario, String classes) {}

  /**
   * What came of it.
   *
   * @param schedules how many were run, the one that failed included
   * @param found what failed, or {@link #NOTHING_FOUND}
   * @param output what to tell of a failure: threads with their stacks, and the seed
   */
  record Result(int schedules, String found, String output) {
    boolean foundNothing() {
      return found.equals(NOTHING_FOUND);
    }
  }

  /** Explores one after the other, each for so many seconds at most. */
  static List<Result> explore(
      FrayRuntime runtime, List<Exploration> explorations, long seconds, long seed)
      throws IOException, InterruptedException {
    List<Result> results = new ArrayList<>();
    while (results.size() < explorations.size()) { // A process ends early where threads do not.
      List<Exploration> left = explorations.subList(results.size(), explorations.size());
      results.addAll(exploreInOneProcess(runtime, left, seconds, seed));
    }
    return results;
  }

  private static List<Result> exploreInOneProcess(
      FrayRuntime runtime, List<Exploration> explorations, long seconds, long seed)
      throws IOException, InterruptedException {
    Path place = Files.createDirectories(Path.of("target", "fray"));
    Path told = Files.createTempFile(place, "explored-", ".txt");
    Path errors = Files.createTempFile(place, "explored-", ".err");
    List<String> command = new ArrayList<>(runtime.command());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Explorer.class.getName()));
    command.addAll(List.of("" + seconds, "" + seed, place.resolve("report").toString()));
    explorations.forEach(each -> command.addAll(List.of(each.scenario(), each.classes())));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(told.toFile())
            .redirectError(errors.toFile())
            .start();
    boolean ended;
    try {
      long limit = explorations.size() * (seconds + SECONDS_BEYOND);
      ended = process.waitFor(limit, TimeUnit.SECONDS);
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(told, UTF_8);
    String output = Files.readString(errors, UTF_8);
    if (!ended || lines.isEmpty()) {
      throw new AssertionError(
          (ended ? "it ended" : "it did not end") + " with " + lines + "\n" + output);
    }
    return lines.stream().map(line -> result(line, output)).toList();
  }

  private static Result result(String line, String output) {
    int tab = line.lastIndexOf('\t');
    return new Result(Integer.parseInt(line.substring(tab + 1)), line.substring(0, tab), output);
  }
}
