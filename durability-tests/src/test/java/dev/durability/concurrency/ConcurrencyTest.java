package dev.durability.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.durability.concurrency.FrayProcess.Exploration;
import dev.durability.concurrency.FrayProcess.Result;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Explores the order in which the threads of an open log come: those of {@link Scenarios}, and the
 * log's own. With {@code durability.soak.minutes} for that long, with other schedules each time.
 */
class ConcurrencyTest {
  private static final List<String> OF_VIRTUAL_THREADS =
      List.of("durableAppends", "handOver", "dependents", "close", "failedSync");

  private static FrayRuntime runtime;

  @BeforeAll
  static void prepare() throws Exception {
    try {
      runtime = FrayRuntime.prepare();
    } catch (FrayRuntime.NotHere e) {
      System.out.println("ConcurrencyTest skipped: " + e.getMessage());
      abort(e.getMessage());
    }
  }

  @Test
  void noScheduleBreaksTheContract() throws Exception {
    List<Exploration> explorations = new ArrayList<>();
    scenarios().forEach(each -> explorations.add(new Exploration(each, "-")));
    String virtual = PlantedFault.virtualThreads().toString();
    OF_VIRTUAL_THREADS.forEach(each -> explorations.add(new Exploration(each, virtual)));
    long minutes = Long.getLong("durability.soak.minutes", 0);
    long seconds = Math.max(1, minutes * 60 / explorations.size());
    long seed = Long.getLong("durability.seed", minutes == 0 ? 1 : System.nanoTime());
    System.out.println("concurrency: seed=" + seed);
    List<Result> results = FrayProcess.explore(runtime, explorations, seconds, seed);
    long schedules = 0;
    for (int i = 0; i < results.size(); i++) {
      Result result = results.get(i);
      Exploration explored = explorations.get(i);
      String name = explored.scenario() + (explored.classes().equals("-") ? "" : ", virtual");
      System.out.printf("%-28s %6d schedules%n", name, result.schedules());
      assertThat(result.found())
          .as(() -> name + "\n" + result.output())
          .isEqualTo(FrayProcess.NOTHING_FOUND);
      schedules += result.schedules();
    }
    System.out.println(schedules + " schedules, 0 violations");
  }

  @Test
  void everyPlantedFaultIsFound() throws Exception {
    List<Exploration> explorations = new ArrayList<>();
    for (PlantedFault each : PlantedFault.values()) {
      explorations.add(new Exploration(each.scenario(), each.plant().toString()));
    }
    List<Result> results = FrayProcess.explore(runtime, explorations, 60, 1);
    List<PlantedFault> missed = new ArrayList<>();
    int found = 0;
    for (PlantedFault each : PlantedFault.values()) {
      Result result = results.get(found++);
      System.out.printf(
          "%-40s %-16s %5d  %s%n", each, each.scenario(), result.schedules(), result.found());
      if (result.foundNothing()) {
        missed.add(each);
      }
    }
    assertThat(missed).isEmpty();
  }

  private static List<String> scenarios() {
    return Arrays.stream(Scenarios.class.getDeclaredMethods())
        .filter(each -> !Modifier.isPrivate(each.getModifiers()) && !each.isSynthetic())
        .map(Method::getName)
        .sorted()
        .toList();
  }
}
