package dev.durability.wal;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random histories over a simulated disk: whatever happened, what is recovered is a prefix of what
 * was appended, with everything acknowledged in it, batches whole, nothing twice. A build tries the
 * same ones each time. {@code -Ddurability.seed=…} tries another one, {@code -Ddurability.runs=…}
 * says how many are tried. Threads may take other turns each time.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@Tag("slow")
class WalHistoryTest {
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
  void everyHistoryRecoversPrefixWithEverythingAcknowledged() {
    Long seed = Long.getLong("durability.seed");
    if (seed != null) {
      new WalHistory(seed).run();
      return;
    }
    for (int i = 1; i <= Integer.getInteger("durability.runs", 400); i++) {
      new WalHistory(i).run();
    }
  }
}
