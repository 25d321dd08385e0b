package dev.durability.testkit.errors;

import dev.durability.testkit.errors.Points.By;
import dev.durability.testkit.errors.Points.Site;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Runs a scenario once for each point that it reaches, with an Error thrown at that point. Each
 * method gets its turn before one gets another: where the time is short, all were tried at some
 * point.
 */
final class Sweep {

  /** Threads come in another order each time, and not each run reaches each point. */
  private static final int COUNTING_RUNS = 6;

  private static final int ATTEMPTS = 5;

  private final String scenarioName;
  private Scenario scenario;
  private final Random random;
  private final Map<Site, Integer> reached = new LinkedHashMap<>();
  private final List<Site> excluded = new ArrayList<>();
  private final Map<Site, String> violations = new LinkedHashMap<>();
  private int tried;
  private int missed;

  Sweep(String scenarioName, long seed) {
    this.scenarioName = scenarioName;
    this.scenario = fresh();
    this.random = new Random(seed);
  }

  private Scenario fresh() {
    return new InstrumentedLibrary().scenario(scenarioName);
  }

  /**
   * Finds out what the scenario reaches when nothing is thrown.
   *
   * @param chosen what is to be tried of it
   * @param outOfScope what is not
   */
  Set<Site> reach(Predicate<Site> chosen, Predicate<Site> outOfScope) {
    for (int i = 0; i < COUNTING_RUNS; i++) {
      Points.startCounting();
      scenario.run();
      Points.reached().forEach((site, times) -> reached.merge(site, times, Math::max));
    }
    reached.keySet().removeIf(chosen.negate());
    reached.keySet().stream().filter(outOfScope).forEach(excluded::add);
    excluded.forEach(reached::remove);
    return reached.keySet();
  }

  /** Throws at each site when it is first reached, until so much time is over. */
  void tryFirst(long nanos) {
    long start = System.nanoTime();
    for (Site site : inTurns(reached.keySet(), random)) {
      if (System.nanoTime() - start < nanos) {
        tryAt(site, 1);
      }
    }
  }

  /** Throws at each site when it is reached at a later time, again and again. */
  void tryLater(long nanos) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      for (Site site : inTurns(reached.keySet(), random)) {
        int times = reached.getOrDefault(site, 1);
        if (times > 1 && System.nanoTime() - start < nanos) {
          tryAt(site, 2 + random.nextInt(times - 1));
        }
      }
    }
  }

  /** In a random order, but for the turns of the methods. */
  static List<Site> inTurns(Collection<Site> sites, Random random) {
    List<Site> shuffled = new ArrayList<>(sites);
    Collections.shuffle(shuffled, random);
    Map<String, Integer> turns = new HashMap<>();
    Map<Integer, List<Site>> byTurn = new TreeMap<>();
    for (Site site : shuffled) {
      int turn = turns.merge(site.method(), 1, Integer::sum);
      byTurn.computeIfAbsent(turn, t -> new ArrayList<>()).add(site);
    }
    return byTurn.values().stream().flatMap(List::stream).toList();
  }

  private void tryAt(Site site, int occurrence) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Points.arm(site, occurrence, error(site, occurrence));
      try {
        scenario.run();
      } catch (AssertionError e) {
        Error planted = Points.thrown();
        String from = planted == null ? "nothing was thrown" : Crew.describe(planted);
        violations.put(site, e.getMessage() + "\n  thrown: " + from);
        scenario = fresh(); // What is static in the library may be in disorder now.
      }
      Error planted = Points.disarm();
      if (planted != null || violations.containsKey(site)) {
        tried++;
        return;
      }
    }
    missed++;
  }

  private static Error error(Site site, int occurrence) {
    String what = "planted at " + site + ", time " + occurrence;
    return (site.point() + occurrence) % 2 == 0
        ? new StackOverflowError(what)
        : new OutOfMemoryError(what);
  }

  int tried() {
    return tried;
  }

  /** {@return what was reached and is out of scope} */
  List<Site> excluded() {
    return excluded;
  }

  Map<Site, String> violations() {
    return violations;
  }

  /** {@return how much was tried, and what failed, grouped by method} */
  String report() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %,d Errors thrown at %,d points; %d times the point was not reached again;"
                + " %d points excluded; %d violations",
            scenarioName,
            tried,
            reached.size(),
            missed,
            excluded.size(),
            violations.size()));
    text.append(OutOfScope.count(excluded));
    Map<String, List<Site>> byMethod = new TreeMap<>();
    violations
        .keySet()
        .forEach(site -> byMethod.computeIfAbsent(site.method(), m -> new ArrayList<>()).add(site));
    byMethod.forEach(
        (method, sites) -> {
          text.append("\n\n").append(method).append(" (").append(sites.size()).append(")");
          sites.forEach(site -> text.append("\n- ").append(line(site)));
        });
    return text.toString();
  }

  private String line(Site site) {
    String violation = violations.getOrDefault(site, "");
    return site + ": " + violation.lines().findFirst().orElse("");
  }

  /** What is tried of a scenario: methods, by a regular expression, and threads. */
  record Scope(String scenarioName, String methods, Set<By> threads) {
    boolean contains(Site site) {
      return threads.contains(site.by()) && site.name().matches("(" + methods + ").*");
    }
  }
}
