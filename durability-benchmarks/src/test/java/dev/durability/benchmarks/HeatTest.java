package dev.durability.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeatTest {
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  @TempDir private Path directory;

  @Test
  void ratiosAreInUnitsOfTheProbeWhateverItsPlace() throws Exception {
    Report report = run(Target.atLeast("", 1, 0));
    assertThat(report.ours().figures()).hasSize(3).allSatisfy(f -> assertThat(f).isEqualTo(0.5));
    assertThat(report.standings().get(1).figure()).isEqualTo(1);
  }

  @Test
  void timesAreTheOtherWayRound() throws Exception {
    assertThat(run(Target.atMost("", 1)).ours().figure()).isEqualTo(2);
  }

  @Test
  void aPeerThatCannotRunIsLeftOutWithItsReason() throws Exception {
    Report report = run(Target.atLeast("", 1, 0));
    Standing absent = report.standings().get(2);
    assertThat(absent.ran()).isFalse();
    assertThat(absent.skipped()).isEqualTo("needs what is not here");
  }

  @Test
  void theMedianOfEachRoundIsTheFigureIfThatIsAskedFor() throws Exception {
    Report report = run(heat(Target.atMost("", 1)).byMedianLatency());
    assertThat(report.ours().figures()).hasSize(3).allSatisfy(f -> assertThat(f).isEqualTo(0.2));
    assertThat(report.standings().get(1).figure()).isEqualTo(0.1);
    assertThat(report.standings().get(2).ran()).isFalse();
    assertThat(report.figure()).isEqualTo("median, µs");
    assertThat(report.ours().latencies())
        .satisfies(
            all ->
                assertThat(all.getTotalCount()).isEqualTo(3 * 10 * 3)); // Rounds, slices, values.
  }

  private Report run(Target target) throws Exception {
    return run(heat(target));
  }

  private Report run(Heat heat) throws Exception {
    return heat.run(new Settings(0.0001, 3, true, directory), directory, NOWHERE);
  }

  private static Heat heat(Target target) {
    return new Heat(
        "",
        "",
        "things",
        target,
        List.of(
            new Steady("ours", Role.OURS, 200, false),
            new Steady("probe", Role.PROBE, 100, false),
            new Steady("absent", Role.PEER, 100, true)));
  }

  /**
   * Takes a fixed time an operation, by its own account. Of the latencies, every third is longer.
   */
  private static final class Steady extends Contestant {
    private final long nanosEach;
    private final boolean isAbsent;

    Steady(String name, Role role, long nanosEach, boolean isAbsent) {
      super(name, role, "");
      this.nanosEach = nanosEach;
      this.isAbsent = isAbsent;
    }

    @Override
    public void open(Path ownDirectory) throws CannotRunException {
      if (isAbsent) {
        throw new CannotRunException("needs what is not here");
      }
    }

    @Override
    public long run(long operations, @Nullable Histogram latencies) {
      if (latencies != null) {
        latencies.recordValue(100 * nanosEach);
        latencies.recordValueWithCount(nanosEach, 2);
      }
      return operations * nanosEach;
    }

    @Override
    public void close() {}
  }
}
