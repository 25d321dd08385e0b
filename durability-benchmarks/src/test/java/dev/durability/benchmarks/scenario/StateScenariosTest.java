package dev.durability.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.store.Kept;
import dev.durability.benchmarks.store.OwnAccounts;
import dev.durability.benchmarks.store.OwnAccounts.Call;
import dev.durability.benchmarks.store.PlainAccounts;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the scenarios of the state run, with a few operations. */
class StateScenariosTest {
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  @TempDir private Path directory;

  @Test
  void everyContestantHasADirectoryOfItsOwn() {
    for (List<Contestant> contestants :
        List.of(
            StateHeats.updating(Appends.Threads.platform(1)),
            StateHeats.reading(0),
            StateHeats.reading(2))) {
      assertThat(contestants).extracting(Contestant::slug).doesNotHaveDuplicates();
      assertThat(contestants)
          .extracting(Contestant::role)
          .containsOnlyOnce(Role.PROBE, Role.OURS)
          .contains(Role.PEER);
    }
  }

  @Test
  void everyReadBesideWritersIsRecorded() throws Exception {
    Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
    try (BalanceReads reads =
        new BalanceReads(OwnAccounts.newlyOpenedBy(Call.EXECUTE), Role.OURS, 2)) {
      reads.open(directory);
      assertThat(reads.run(40, latencies)).isPositive();
      reads.settle();
    }
    assertThat(latencies.getTotalCount()).isEqualTo(40);
  }

  @Test
  void aWriterThatFailsFailsTheReading() throws Exception {
    try (BalanceReads reads = new BalanceReads(new PlainAccounts(), Role.PROBE, 1)) {
      reads.open(directory);
      assertThatThrownBy(() -> reads.run(40, null)).hasMessageContaining("nobody writes");
    }
  }

  @Test
  void aStateOpensFromALogAndFromACheckpointLikeTheLoopsBesideIt() throws Exception {
    Settings settings = new Settings(0.001, 1, false, directory);
    List<Report> reports = new StateOpenings(10_000).run(settings, directory, NOWHERE);
    assertThat(reports)
        .hasSize(2)
        .allSatisfy(
            report ->
                assertThat(report.standings())
                    .allSatisfy(
                        standing -> assertThat(standing.figures()).as(standing.name()).hasSize(1)));
  }

  @Test
  void anOpeningThatFindsLessIsNoticed() throws Exception {
    Kept lossy =
        new Kept() {
          @Override
          public String name() {
            return "lossy";
          }

          @Override
          public String opening() {
            return "";
          }

          @Override
          public void fill(Path where, int count) {}

          @Override
          public Opened open(Path where) {
            return new Opened() {
              @Override
              public long count() {
                return 2;
              }

              @Override
              public void close() {}
            };
          }
        };
    try (Openings openings = new Openings(lossy, Role.PEER, 3)) {
      openings.open(directory);
      assertThatThrownBy(() -> openings.run(3, null))
          .isInstanceOf(IOException.class)
          .hasMessage("lossy opened with 2, not 3");
    }
  }

  @Test
  void theStopsOfACheckpointHaveAFigureForEachRound() throws Exception {
    Settings settings = new Settings(0.001, 2, false, directory);
    List<Report> reports = new CheckpointStops(1000, 1, 20).run(settings, directory, NOWHERE);
    assertThat(reports).extracting(Report::part).doesNotHaveDuplicates().hasSize(2);
    for (Report report : reports) {
      assertThat(report.standings())
          .allSatisfy(standing -> assertThat(standing.figures()).hasSize(2));
      assertThat(report.ours().figure()).isPositive();
    }
    Standing copied = row(reports.get(0), "the snapshot in it, alone, in memory");
    assertThat(copied.figure()).isPositive();
  }

  private static Standing row(Report report, String name) {
    return report.standings().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }
}
