package dev.durability.testkit.errors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.testkit.errors.Points.Site;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is thrown at whatever instruction of the library: a call has not happened, or the writer
 * is poisoned and says so. {@code -Ddurability.errors.point=wal.GroupCommit.lead:12@CALLER} tries
 * one point, {@code =wal.GroupCommit} all whose names start so.
 */
class ErrorAtEachPointTest {

  @ParameterizedTest
  @ValueSource(strings = "LogScenario")
  void anErrorAtEachPointEndsNoPromise(String scenario) {
    Sweep sweep = new Sweep(scenario);
    String chosen = System.getProperty("durability.errors.point", "");
    List<Site> sites =
        sweep.reached().stream().filter(site -> site.name().startsWith(chosen)).toList();
    assertThat(sites).as("points that are called " + chosen).isNotEmpty();
    for (Site site : sites) {
      sweep.tryAt(site, 1);
    }
    System.out.println(sweep.report());
    if (!chosen.isEmpty()) {
      sweep.violations().forEach((site, wrong) -> System.out.println(site + ": " + wrong));
    }
    assertThat(sweep.violations().keySet()).isEmpty();
  }
}
