package dev.durability.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.benchmarks.scenario.Scenario;
import dev.durability.benchmarks.scenario.Scenarios;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScenarioNamesTest {

  @Test
  void scenariosAreThoseOfTheMeasurements() {
    List<String> measured = Scenarios.all().stream().map(Scenario::name).toList();
    assertThat(ScenarioNames.ALL)
        .hasSize(8)
        .allSatisfy(
            name ->
                assertThat(measured)
                    .contains(name.equals("virtual-256") ? "durable-virtual-256" : name));
  }

  @Test
  void eachIsChosenOnceInTheOrderOfTheNames() {
    assertThat(ScenarioNames.chosen(List.of("replay-128", "durable-1", "replay-128")))
        .containsExactly("replay-128", "durable-1");
    assertThat(ScenarioNames.chosen(List.of("recovery-1g", "all")))
        .startsWith("recovery-1g", "durable-1")
        .containsExactlyInAnyOrderElementsOf(ScenarioNames.ALL);
    assertThatThrownBy(() -> ScenarioNames.chosen(List.of("durable-2")))
        .hasMessageContaining("'durable-2'")
        .hasMessageContaining("all, durable-1, durable-16");
  }

  @Test
  void onlyVirtualThreadsNeedANewerJava() {
    assertThat(ScenarioNames.whySkipped("virtual-256", 20))
        .hasValueSatisfying(
            why -> assertThat(why).contains("Java 21 or later", "this is Java 20", "--jdk"));
    assertThat(ScenarioNames.whySkipped("virtual-256", 21)).isEmpty();
    assertThat(ScenarioNames.ALL.stream().filter(n -> ScenarioNames.whySkipped(n, 17).isPresent()))
        .containsExactly("virtual-256");
  }
}
