package dev.durability.testkit.errors;

import dev.durability.testkit.errors.Points.Site;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Runs a scenario once for each point that it reaches, with an Error thrown at that point. */
final class Sweep {

  /** Threads come in another order each time, and not each run reaches each point. */
  private static final int COUNTING_RUNS = 6;

  private static final int ATTEMPTS = 5;

  private final String scenarioName;
  private final Scenario scenario;
  private final Map<Site, String> violations = new LinkedHashMap<>();
  private final List<Site> missed = new ArrayList<>();
  private int runs;
  private int thrown;

  Sweep(String scenarioName) {
    this.scenarioName = scenarioName;
    this.scenario = new InstrumentedLibrary().scenario(scenarioName);
  }

  /** {@return the sites that the scenario reaches without an Error} */
  List<Site> reached() {
    Set<Site> sites = new LinkedHashSet<>();
    for (int i = 0; i < COUNTING_RUNS; i++) {
      Points.startCounting();
      scenario.run();
      sites.addAll(Points.reached().keySet());
    }
    return List.copyOf(sites);
  }

  /** Throws at a site when it is reached for the nth time. */
  void tryAt(Site site, int occurrence) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      runs++;
      Points.arm(site, occurrence, error(site));
      try {
        scenario.run();
      } catch (AssertionError e) {
        Error planted = Points.thrown();
        String from = planted == null ? "nothing was thrown" : Crew.describe(planted);
        violations.put(site, e.getMessage() + "\n  thrown: " + from);
      }
      Error planted = Points.disarm();
      if (planted != null || violations.containsKey(site)) {
        thrown++;
        return;
      }
    }
    missed.add(site);
  }

  private static Error error(Site site) {
    return site.point() % 2 == 0
        ? new StackOverflowError("planted at " + site)
        : new OutOfMemoryError("planted at " + site);
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
            "%s: an Error thrown at %,d points in %,d runs, %d points were not reached again,"
                + " %d violations%n",
            scenarioName,
            thrown,
            runs,
            missed.size(),
            violations.size()));
    Map<String, List<Site>> byMethod = new TreeMap<>();
    violations
        .keySet()
        .forEach(site -> byMethod.computeIfAbsent(site.method(), m -> new ArrayList<>()).add(site));
    byMethod.forEach(
        (method, sites) -> {
          text.append("\n### ").append(method).append(" (").append(sites.size()).append(")\n");
          for (Site site : sites) {
            text.append("- `").append(site.name()).append("` ");
            text.append(Points.what(site)).append(": ").append(firstLine(violations.get(site)));
            text.append('\n');
          }
        });
    return text.toString();
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().limit(1).findFirst().orElse("");
  }
}
