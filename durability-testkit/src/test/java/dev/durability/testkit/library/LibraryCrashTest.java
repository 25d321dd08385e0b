package dev.durability.testkit.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.durability.storage.Directory;
import dev.durability.testkit.BufferingDirectory;
import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashFailure;
import dev.durability.testkit.CrashReport;
import dev.durability.testkit.CrashReport.Origin;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The library over all that crashes may leave. {@code -Ddurability.seed=…} sets the first seed,
 * {@code -Ddurability.states=…} how many distinct states are enough, and {@code
 * -Ddurability.soak.minutes=…} that time decides instead.
 */
@ExtendWith(SilentDeadDisks.class)
class LibraryCrashTest {
  private static final int STATES_A_WORKLOAD = 4_000;
  private static final long STATES = 60_000;

  @Test
  void everyCrashKeepsTheContract() {
    long start = System.nanoTime();
    long minutes = Long.getLong("durability.soak.minutes", 0);
    long enough = minutes > 0 ? Long.MAX_VALUE : Long.getLong("durability.states", STATES);
    CrashReport sum = new CrashReport();
    Duration taken = Duration.ZERO;
    long seed = Long.getLong("durability.seed", 1);
    for (int round = 1;
        sum.distinct() < enough && (minutes == 0 || taken.toMinutes() < minutes);
        round++) {
      List<CrashExplorer<?>> explorers = explorers(seed);
      sum.add(explorers.get(round % explorers.size()).seed(seed).explore());
      taken = Duration.ofNanos(System.nanoTime() - start);
      seed += round % explorers.size() == 0 ? 1 : 0;
    }
    System.out.println(sum);
    System.out.println("CORRUPT, after damage       " + LogDamage.corruptStates());
    System.out.println("last seed " + seed + ", " + taken.toSeconds() + " s");
    assertThat(sum.violations()).isZero();
    if (enough >= STATES) {
      for (String verdict : List.of("CLEAN", "TORN", "AMBIGUOUS")) {
        assertThat(sum.distinct(verdict)).as(verdict).isGreaterThan(1_000);
      }
      assertThat(LogDamage.corruptStates()).isGreaterThan(1_000);
      assertThat(sum.distinct(Origin.KILL) + sum.distinct(Origin.IN_RECOVERY))
          .isGreaterThan(sum.distinct() / 2);
    }
  }

  private static List<CrashExplorer<?>> explorers(long seed) {
    List<CrashExplorer<?>> explorers = new ArrayList<>();
    for (LogWorkload.Faults faults : LogWorkload.Faults.values()) {
      explorers.add(
          CrashExplorer.of(() -> new LogWorkload(seed, faults)).statesMax(STATES_A_WORKLOAD));
    }
    explorers.add(
        CrashExplorer.of(
                () ->
                    new LogWorkload(seed, LogWorkload.Faults.FAILED_SYNCS, BufferingDirectory::new))
            .statesMax(STATES_A_WORKLOAD / 2));
    explorers.add(
        CrashExplorer.of(() -> new RecordLogWorkload(seed, BufferingDirectory::new))
            .statesMax(STATES_A_WORKLOAD / 4));
    explorers.add(
        CrashExplorer.of(() -> new RecordLogWorkload(seed)).statesMax(STATES_A_WORKLOAD / 4));
    explorers.add(CrashExplorer.of(() -> new StateWorkload(seed)).statesMax(STATES_A_WORKLOAD / 4));
    return explorers;
  }

  /** The oracle can fail: a store that does not sync what it says it does is found out. */
  @Test
  void syncsThatDoNothingAreFoundOut() {
    for (Fault.Operation sync :
        List.of(Fault.Operation.SYNC_FILE, Fault.Operation.SYNC_DIRECTORY)) {
      CrashFailure failure =
          catchThrowableOfType(
              CrashFailure.class,
              () ->
                  CrashExplorer.of(
                          () ->
                              new LogWorkload(
                                  1, LogWorkload.Faults.NONE, under -> lying(under, sync)))
                      .explore());
      assertThat(failure).as(sync.name()).isNotNull();
      System.out.println(sync + " lies: found in state " + failure.states());
    }
  }

  private static FaultDirectory lying(Directory under, Fault.Operation sync) {
    FaultDirectory directory = new FaultDirectory(under);
    directory.inject(Fault.of(sync).always().lose());
    return directory;
  }
}
