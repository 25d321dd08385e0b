package dev.durability.testkit.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.testkit.library.SilentDeadDisks;
import dev.durability.testkit.planted.Hunt.Outcome;
import dev.durability.testkit.planted.Hunt.Workload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The proof that the proof works: each of these bugs, planted into the library alone, is found by
 * the workloads that find none in the library as it is. {@code -Ddurability.planted=name} plants
 * one of them.
 */
@ExtendWith(SilentDeadDisks.class)
class PlantedBugsTest {
  private static final int BUGS_MIN = 20;

  /** How many seeds are tried, from the bug's own on: the threads of a workload take turns. */
  private static final int SEEDS = 500;

  private static final int STATES_A_SEED = 1_500;

  /** What is explored again without the bug: at least so much, and all up to the violation. */
  private static final int CONTROL_STATES = 50;

  private record Exploring(Workload workload, long seed) {}

  /** What came of hunting a bug, the last seed, and how many states of what were explored. */
  private record Hunted(
      PlantedBug bug, Outcome outcome, long seed, Map<Exploring, Long> explored) {}

  /** Bugs are hunted at once, each by one thread: most are found before two have much to do. */
  private final ExecutorService threads =
      Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  @Test
  void eachPlantedBugIsFoundAndNoneWhereNoneIsPlanted() throws Exception {
    long start = System.nanoTime();
    List<PlantedBug> bugs = chosen();
    Map<Exploring, Long> explored = new LinkedHashMap<>();
    List<String> missed = new ArrayList<>();
    System.out.println(
        "| planted bug | forgotten | broken | found in state | as |\n|---|---|---|---|---|");
    List<Future<Hunted>> hunts = bugs.stream().map(bug -> threads.submit(() -> hunt(bug))).toList();
    for (Future<Hunted> each : hunts) {
      Hunted hunted = each.get();
      if (hunted.outcome.violation() == null) {
        missed.add(hunted.bug.name());
      }
      hunted.explored.forEach((same, states) -> explored.merge(same, states, Math::max));
      System.out.println(row(hunted));
    }
    long control = exploreWithoutBugs(explored);
    System.out.printf(
        Locale.ROOT,
        "%d of %d planted bugs found; without them %,d states and no violation; %d s%n",
        bugs.size() - missed.size(),
        bugs.size(),
        control,
        (System.nanoTime() - start) / 1_000_000_000);
    assertThat(missed).as("planted, and not found").isEmpty();
  }

  private static List<PlantedBug> chosen() {
    String name = System.getProperty("durability.planted");
    List<PlantedBug> bugs =
        PlantedBugs.ALL.stream().filter(bug -> name == null || bug.name().equals(name)).toList();
    assertThat(bugs).as("bugs that are called " + name).isNotEmpty();
    return bugs;
  }

  /** Explores until the bug is found; counts all states, and notes what was explored. */
  private static Hunted hunt(PlantedBug bug) {
    Map<Exploring, Long> explored = new LinkedHashMap<>();
    Hunt hunt = new PatchedLibrary(bug.patches()).hunt();
    long states = 0;
    for (long seed = bug.seed(); seed < bug.seed() + SEEDS; seed++) {
      Outcome outcome = hunt.explore(bug.workload(), seed, STATES_A_SEED);
      states += outcome.states();
      explored.put(new Exploring(bug.workload(), seed), outcome.states());
      if (outcome.violation() != null) {
        return new Hunted(bug, new Outcome(states, outcome.violation()), seed, explored);
      }
    }
    return new Hunted(bug, new Outcome(states, null), 0, explored);
  }

  /** The same classes, loaded the same way, explored with the same seeds: as far, and no bug. */
  private long exploreWithoutBugs(Map<Exploring, Long> explored) throws Exception {
    Hunt hunt = new PatchedLibrary(List.of()).hunt();
    Map<Exploring, Future<Outcome>> outcomes = new LinkedHashMap<>();
    explored.forEach(
        (same, states) ->
            outcomes.put(
                same,
                threads.submit(
                    () ->
                        hunt.explore(
                            same.workload(), same.seed(), Math.max(CONTROL_STATES, states)))));
    long states = 0;
    for (Map.Entry<Exploring, Future<Outcome>> each : outcomes.entrySet()) {
      Outcome outcome = each.getValue().get();
      assertThat(outcome.violation()).as("without a bug: " + each.getKey()).isNull();
      states += outcome.states();
    }
    return states;
  }

  /** With the seed that found it, unless that is the bug's own. */
  private static String row(Hunted hunted) {
    PlantedBug bug = hunted.bug;
    String violation = hunted.outcome.violation();
    String found = violation == null ? "not" : Long.toString(hunted.outcome.states());
    if (violation != null && hunted.seed != bug.seed()) {
      found += ", seed " + hunted.seed;
    }
    return String.join(
        " | ",
        "| `" + bug.name() + "`",
        bug.forgotten(),
        bug.broken(),
        found,
        as(violation) + " |");
  }

  /** The first line, up to where the details begin. */
  private static String as(@Nullable String violation) {
    String line = violation == null ? "" : violation.lines().findFirst().orElse("");
    return line.replaceFirst("(: LogReport\\[verdict=[A-Z]+).*", "$1…]")
        .replaceAll("java\\.lang\\.AssertionError: |dev\\.durability\\.errors\\.", "")
        .replaceAll("\\b[0-9]{20}", "…");
  }

  @Test
  void thereAreEnoughOfThemAndEachHasANameOfItsOwn() {
    Set<String> names = new HashSet<>();
    Set<List<Patch>> patches = new HashSet<>();
    PlantedBugs.ALL.forEach(
        bug -> {
          names.add(bug.name());
          patches.add(bug.patches());
        });
    assertThat(names).hasSameSizeAs(PlantedBugs.ALL).hasSizeGreaterThanOrEqualTo(BUGS_MIN);
    assertThat(patches).hasSameSizeAs(PlantedBugs.ALL);
  }

  @Test
  void aPatchThatFindsNothingToChangeFails() {
    Patch renamed =
        new Patch("append.SegmentAppender", "sync", Patch.withoutCall("FrameFile.force"));
    assertThatThrownBy(() -> new PatchedLibrary(List.of(renamed)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("expects 1 places, found 0");
  }
}
