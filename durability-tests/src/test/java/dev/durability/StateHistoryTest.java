package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.testkit.Fault;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * For any history of commands and crashes, the state and all results are those of a fold over the
 * log. {@code -Ddurability.histories=…} says how many are tried, {@code -Ddurability.seed=…} with
 * which one to start; a seed alone is tried once. A build starts with 1. Threads may take other
 * turns each time.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@Tag("slow")
class StateHistoryTest {
  private static final int HISTORIES = 200;

  private Thread.@Nullable UncaughtExceptionHandler before;

  /** What fails in the background is reported there: on a dying disk that is much. */
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
  void stateAndResultsOfEveryHistoryAreAFoldOverTheLog() {
    Long seed = Long.getLong("durability.seed");
    int histories = Integer.getInteger("durability.histories", seed == null ? HISTORIES : 1);
    long first = seed == null ? 1 : seed;
    long start = System.nanoTime();
    long entries = 0;
    for (int i = 0; i < histories; i++) {
      entries += new StateHistory(first + i).run();
    }
    System.out.printf(
        Locale.ROOT,
        "%,d histories of a state, %,d entries, seed=%d, %d s%n",
        histories,
        entries,
        first,
        (System.nanoTime() - start) / 1_000_000_000);
    assertThat(entries).as("entries, seed=%d", first).isPositive();
  }

  /** The test can fail: a disk whose syncs do nothing is found out. */
  @Test
  void syncsThatDoNothingAreFoundOut() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(
            () -> {
              for (int seed = 1; seed <= 100; seed++) {
                new StateHistory(
                        seed,
                        disk -> disk.inject(Fault.of(Fault.Operation.SYNC_FILE).always().lose()))
                    .run();
              }
            })
        .withMessageContaining("durability.seed=");
  }
}
