package dev.durability.pekko;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.runner.JUnitCore;
import org.junit.runner.Result;

/** The kit that Pekko publishes for plugins: all of its tests ran, and none failed. */
class KitTest {

  @Test
  void all17TestsOfAJournalPass() {
    assertThatAllPass(JournalKit.class, 17);
  }

  @Test
  void all13TestsOfASnapshotStorePass() {
    assertThatAllPass(SnapshotKit.class, 13);
  }

  private static void assertThatAllPass(Class<?> suite, int tests) {
    Result result = JUnitCore.runClasses(suite);

    assertThat(result.getFailures()).isEmpty();
    assertThat(result.getIgnoreCount()).isZero();
    assertThat(result.getAssumptionFailureCount()).isZero();
    assertThat(result.getRunCount()).isEqualTo(tests);
  }
}
