package dev.durability.testkit.library;

import dev.durability.testkit.BufferingDirectory;
import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashFailure;
import dev.durability.testkit.planted.Hunt;
import java.io.IOException;
import java.time.Duration;

/** Explores the workloads of this package for bugs that were planted. */
public final class LibraryHunt implements Hunt {

  /** Few behind each operation, so that few in all reach the end of the workload. */
  private static final int STATES_PER_CRASH = 8;

  private static final int CUT_STEPS = 14;

  private static final int[] STATES_IN_RECOVERY = {2, 1};

  /** Called by way of reflection, in another class loader. */
  public LibraryHunt() {}

  @Override
  public Outcome explore(Workload workload, long seed, long statesMax) {
    try {
      long states =
          explorer(workload, seed)
              .seed(seed)
              .threads(1) // Others hunt at the same time.
              .statesPerCrash(STATES_PER_CRASH)
              .statesInRecovery(STATES_IN_RECOVERY)
              .statesMax(statesMax)
              .shrinkingMax(Duration.ZERO)
              .explore()
              .explored();
      return new Outcome(states, null);
    } catch (CrashFailure failure) {
      return new Outcome(failure.states(), failure.getMessage());
    } catch (IllegalStateException failed) {
      if (failed.getCause() instanceof IOException
          || failed.getCause() instanceof IllegalArgumentException
          || failed.getCause() instanceof NullPointerException) {
        return new Outcome(0, "without a crash: " + failed.getCause());
      }
      throw failed;
    }
  }

  private static CrashExplorer<?> explorer(Workload workload, long seed) {
    return switch (workload) {
      case LOG -> log(seed, LogWorkload.Faults.NONE);
      case LOG_WITH_FAILED_SYNCS -> log(seed, LogWorkload.Faults.FAILED_SYNCS);
      case LOG_ON_FULL_DISKS -> log(seed, LogWorkload.Faults.FULL_DISKS);
      case LOG_IN_BUFFERS ->
          CrashExplorer.of(
              () -> new LogWorkload(seed, LogWorkload.Faults.NONE, BufferingDirectory::new));
      case RECORD_LOG -> CrashExplorer.of(() -> new RecordLogWorkload(seed));
      case RECORD_LOG_IN_BUFFERS ->
          CrashExplorer.of(() -> new RecordLogWorkload(seed, BufferingDirectory::new));
      case CUTS -> CrashExplorer.of(() -> new CutWorkload(seed, CUT_STEPS));
      case STATE -> CrashExplorer.of(() -> new StateWorkload(seed));
      case VERSIONS -> CrashExplorer.of(() -> new VersionsWorkload(seed));
    };
  }

  private static CrashExplorer<?> log(long seed, LogWorkload.Faults faults) {
    return CrashExplorer.of(() -> new LogWorkload(seed, faults));
  }
}
