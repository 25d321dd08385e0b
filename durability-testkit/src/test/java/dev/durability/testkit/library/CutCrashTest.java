package dev.durability.testkit.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What crashes leave of logs that are cut off and begun anew. {@code -Ddurability.seed=…} sets the
 * first seed, {@code -Ddurability.cut.states=…} how many distinct states are enough.
 */
@ExtendWith(SilentDeadDisks.class)
class CutCrashTest {
  private static final int STATES_PER_WORKLOAD = 1_500;
  private static final int STEPS = 14;

  @Test
  void everyCrashLeavesTheLogBeforeACutOrAfterIt() {
    long enough = Long.getLong("durability.cut.states", 8_000);
    CrashReport sum = new CrashReport();
    for (long seed = Long.getLong("durability.seed", 1); sum.distinct() < enough; seed++) {
      long fixed = seed;
      sum.add(
          CrashExplorer.of(() -> new CutWorkload(fixed, STEPS))
              .seed(seed)
              .statesMax(STATES_PER_WORKLOAD)
              .explore());
    }
    System.out.println("cuts: " + sum);
    assertThat(sum.distinct()).isGreaterThanOrEqualTo(enough);
  }
}
