package dev.durability.benchmarks.compare;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The scenarios that can be compared. */
final class ScenarioNames {
  /** All of them. {@code virtual-256} is what the measurements call durable-virtual-256. */
  static final List<String> ALL =
      List.of(
          "durable-1",
          "durable-16",
          "durable-64",
          "virtual-256",
          "async-1024",
          "unsynced-128",
          "replay-128",
          "recovery-1g");

  private static final int VIRTUAL_THREADS_JAVA_MIN = 21;

  private ScenarioNames() {}

  /**
   * Takes the names of scenarios.
   *
   * @param names some of {@link #ALL}, or "all", in any order and as often as you like
   * @return each scenario once, in the order of the names
   * @throws IllegalArgumentException if there is no scenario of a name
   */
  static Set<String> chosen(List<String> names) {
    Set<String> chosen = new LinkedHashSet<>();
    for (String name : names) {
      if (name.equals("all")) {
        chosen.addAll(ALL);
      } else if (ALL.contains(name)) {
        chosen.add(name);
      } else {
        throw new IllegalArgumentException(
            "there is no scenario '" + name + "' here; there are all, " + String.join(", ", ALL));
      }
    }
    return chosen;
  }

  /**
   * Tells whether a scenario can run.
   *
   * @param name one of {@link #ALL}
   * @param java the feature release that would run it
   * @return why it cannot, or nothing if it can
   */
  static Optional<String> whySkipped(String name, int java) {
    return name.equals("virtual-256") && java < VIRTUAL_THREADS_JAVA_MIN
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "virtual threads need Java %d or later, and this is Java %d; give a newer JDK with"
                    + " --jdk HOME",
                VIRTUAL_THREADS_JAVA_MIN,
                java))
        : Optional.empty();
  }
}
