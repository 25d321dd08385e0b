package dev.durability.testkit.library;

import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashReport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The library over all that crashes may leave. */
class LibraryCrashTest {
  @Test
  void everyCrashKeepsTheContract() {
    List<CrashReport> reports = new ArrayList<>();
    long start = System.nanoTime();
    for (int seed = 1; seed <= 6; seed++) {
      for (LogWorkload.Faults faults : LogWorkload.Faults.values()) {
        long own = seed;
        reports.add(
            CrashExplorer.of(() -> new LogWorkload(own, faults))
                .seed(seed)
                .statesMax(2_000)
                .explore());
      }
    }
    System.out.println(CrashReport.sum(reports));
    System.out.println((System.nanoTime() - start) / 1_000_000 + " ms");
  }
}
