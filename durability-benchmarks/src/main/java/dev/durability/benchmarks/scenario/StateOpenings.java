package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.store.Kept;
import dev.durability.benchmarks.store.Stores;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The heats of opening a state: from a log, and from a checkpoint. */
final class StateOpenings implements Scenario.Measurement {
  private static final int LOG_ENTRIES = 10_000_000;
  private static final int CHECKPOINT_VALUES = (1 << 30) / 128;
  private static final int LOG_PART = 50;
  private static final int COPY_PART = 16;

  private static final String ON_DISK =
      "RocksDB, H2 and SQLite leave their data on the disk: opening loads nothing of it, and the"
          + " first look at each value pays for that. So they are not in the table.";

  private final int divisor;

  /**
   * Prepares to measure.
   *
   * @param divisor by what everything is smaller than its names say
   */
  StateOpenings(int divisor) {
    this.divisor = divisor;
  }

  @Override
  public List<Report> run(Settings settings, Path directory, PrintStream log) throws Exception {
    int entries = (int) settings.size(LOG_ENTRIES) / divisor;
    int values = (int) settings.size(CHECKPOINT_VALUES) / divisor;
    Kept own = StateKept.log();
    Path ownLog = directory.resolve(new Openings(own, Role.OURS, entries).slug());
    Report fromLog =
        new Heat(
                "10 million entries",
                "an entry with a value of 128 B that is applied to a map of 4,096, until the state"
                    + " is open",
                "entries",
                Target.atLeast("≥ 0.8 × a bare replay that applies the same entries", 0.8, 0),
                contestants(
                    own,
                    StateKept.bareReplay(ownLog),
                    entries,
                    Stores.peersWithLog(),
                    entries / LOG_PART))
            .note(
                String.format(
                    Locale.ROOT,
                    "Prevayler replays a fiftieth of that, %,d entries; take its rate.",
                    entries / LOG_PART))
            .note(ON_DISK)
            .note("EclipseStore keeps no log of changes; it is in the other part.")
            .run(settings, directory, log);
    Report fromCheckpoint =
        new Heat(
                "checkpoint of 1 GiB",
                "a value of 128 B that is put into a map, until the state is open",
                "values",
                Target.atLeast("≥ 0.8 × a bare loop that reads the same values", 0.8, 0),
                contestants(
                    StateKept.checkpoint(),
                    StateKept.bareFile(),
                    values,
                    Stores.peersWithCopy(),
                    values / COPY_PART))
            .note(
                String.format(
                    Locale.ROOT,
                    "Ours are %,d values, and a log without entries after the checkpoint. The peers"
                        + " hold a sixteenth, %,d values; take their rates.",
                    values,
                    values / COPY_PART))
            .note(ON_DISK)
            .run(settings, directory, log);
    return List.of(fromLog, fromCheckpoint);
  }

  private static List<Contestant> contestants(
      Kept own, Kept bare, int count, List<Kept> peers, int countOfPeers) {
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(new Openings(own, Role.OURS, count));
    contestants.add(new Openings(bare, Role.PROBE, count));
    for (Kept peer : peers) {
      contestants.add(new Openings(peer, Role.PEER, countOfPeers));
    }
    return contestants;
  }
}
