package dev.durability.testkit.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashReport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What crashes leave of logs that are cut off and begun anew. {@code -Ddurability.seed=…} sets the
 * first seed, {@code -Ddurability.cut.states=…} how many distinct states are enough.
 */
class CutCrashTest {
  private static final int STATES_PER_WORKLOAD = 1_500;
  private static final int STEPS = 14;

  private Thread.@Nullable UncaughtExceptionHandler before;

  /** What fails in the background is reported there: on dead disks that is much. */
  @BeforeEach
  void ignoreWhatFailsInBackground() {
    before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> {
          if (!(e instanceof IOException)) {
            e.printStackTrace();
          }
        });
  }

  @AfterEach
  void restore() {
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

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
