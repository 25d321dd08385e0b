package dev.durability.testkit.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.Directory;
import dev.durability.testkit.BufferingDirectory;
import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashReport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Segments that are written while the one before is synced, over all that crashes may leave. {@code
 * -Ddurability.unflushed.states=…} sets how many distinct states are enough.
 */
@ExtendWith(SilentDeadDisks.class)
class UnflushedCrashTest {
  private static final long STATES = 6_000;
  private static final int STATES_A_WORKLOAD = 1_500;

  @Test
  void everyCrashKeepsTheContract() {
    long enough = Long.getLong("durability.unflushed.states", STATES);
    CrashReport sum = new CrashReport();
    for (long seed = Long.getLong("durability.seed", 1); sum.distinct() < enough; seed++) {
      long own = seed;
      UnaryOperator<Directory> wrapper =
          own % 3 == 0 ? BufferingDirectory::new : UnaryOperator.identity();
      sum.add(
          CrashExplorer.of(() -> new UnflushedWorkload(own, wrapper))
              .statesMax(STATES_A_WORKLOAD)
              .seed(own)
              .explore());
    }
    System.out.println("unflushed: " + sum);
    assertThat(sum.violations()).isZero();
  }
}
