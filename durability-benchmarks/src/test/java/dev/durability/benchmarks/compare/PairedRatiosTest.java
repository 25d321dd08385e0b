package dev.durability.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PairedRatiosTest {

  @Test
  void meanIsGeometricAndTheIntervalThatOfTheLogarithms() {
    // Logarithms 0, 0.1, 0.2: mean 0.1, error 0.1/sqrt(3), bound of 2 degrees 4.302653.
    PairedRatios ratios = PairedRatios.of(List.of(1.0, Math.exp(0.1), Math.exp(0.2)));
    assertThat(ratios.mean()).isCloseTo(Math.exp(0.1), within(1e-9));
    assertThat(ratios.low()).isCloseTo(Math.exp(0.1 - 0.2484138), within(1e-6));
    assertThat(ratios.high()).isCloseTo(Math.exp(0.1 + 0.2484138), within(1e-6));
    assertThat(ratios.ratios()).hasSize(3).startsWith(1.0);
  }

  @Test
  void swappedBuildsGiveTheReciprocals() {
    PairedRatios there = PairedRatios.of(List.of(0.8, 1.1, 0.95, 1.02));
    PairedRatios back = PairedRatios.of(Stream.of(0.8, 1.1, 0.95, 1.02).map(r -> 1 / r).toList());
    assertThat(back.mean()).isCloseTo(1 / there.mean(), within(1e-9));
    assertThat(back.low()).isCloseTo(1 / there.high(), within(1e-9));
    assertThat(back.high()).isCloseTo(1 / there.low(), within(1e-9));
  }

  @Test
  void onlyAnIntervalThatLiesWhollyBelowTheBoundIsSlower() {
    assertThat(PairedRatios.of(List.of(0.96, 0.96, 0.96)).verdict()).isEqualTo(Verdict.SLOWER);
    assertThat(PairedRatios.of(List.of(0.90, 0.91, 0.92)).verdict()).isEqualTo(Verdict.SLOWER);
    // The mean is far below, and the interval is not.
    PairedRatios wide = PairedRatios.of(List.of(0.5, 0.9, 1.0));
    assertThat(wide.mean()).isLessThan(0.8);
    assertThat(wide.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(PairedRatios.of(List.of(0.97, 0.97)).verdict()).isEqualTo(Verdict.NOT_SLOWER);
    assertThat(PairedRatios.of(List.of(1.0, 1.01, 0.99)).verdict()).isEqualTo(Verdict.NOT_SLOWER);
  }

  @Test
  void intervalCoversTheMeanAsOftenAsItSays() {
    Random random = new Random(42);
    int comparisons = 4_000;
    int covered = 0;
    for (int i = 0; i < comparisons; i++) {
      List<Double> ratios =
          Stream.generate(() -> 0.95 * Math.exp(0.1 * random.nextGaussian())).limit(8).toList();
      PairedRatios measured = PairedRatios.of(ratios);
      if (measured.low() <= 0.95 && 0.95 <= measured.high()) {
        covered++;
      }
    }
    // Four standard deviations around 0.95.
    assertThat((double) covered / comparisons).isCloseTo(0.95, within(0.014));
  }

  @Test
  void whatGivesNoIntervalIsRefused() {
    assertThatThrownBy(() -> PairedRatios.of(List.of(1.0))).hasMessageContaining("two pairs");
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> PairedRatios.of(List.of(1.0, bad)))
          .hasMessageContaining(Double.toString(bad));
    }
  }
}
