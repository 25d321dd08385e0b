package dev.durability.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudentTTest {

  /** From the tables of the distribution. */
  @ParameterizedTest
  @CsvSource({
    "0.95, 1, 12.7062",
    "0.95, 2, 4.3027",
    "0.95, 3, 3.1824",
    "0.95, 4, 2.7764",
    "0.95, 9, 2.2622",
    "0.95, 10, 2.2281",
    "0.95, 14, 2.1448",
    "0.95, 30, 2.0423",
    "0.95, 100, 1.9840",
    "0.90, 5, 2.0150",
    "0.99, 1, 63.6567",
    "0.99, 20, 2.8453"
  })
  void boundsAreThoseOfTheTables(double probability, int degrees, double bound) {
    assertThat(StudentT.bound(probability, degrees)).isCloseTo(bound, within(0.00006));
  }

  @Test
  void manyDegreesGiveTheNormalDistribution() {
    assertThat(StudentT.bound(0.95, 9_999)).isCloseTo(1.9602, within(0.0001));
  }

  @Test
  void whatHasNoBoundIsRefused() {
    assertThatThrownBy(() -> StudentT.bound(0.95, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> StudentT.bound(1, 5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> StudentT.bound(0, 5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> StudentT.bound(Double.NaN, 5))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
