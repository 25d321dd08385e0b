package dev.durability.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void medianIsTheMiddleWhateverTheOrder() {
    assertThat(Figures.median(List.of(9.0, 1.0, 5.0))).isEqualTo(5.0);
    assertThat(Figures.median(List.of(4.0, 1.0, 2.0, 9.0))).isEqualTo(3.0);
  }

  @Test
  void medianOfNothingIsRefused() {
    assertThatThrownBy(() -> Figures.median(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void numbersKeepAboutThreeDigits() {
    assertThat(Figures.of(0)).isEqualTo("0");
    assertThat(Figures.of(0.0123)).isEqualTo("0.0123");
    assertThat(Figures.of(0.951)).isEqualTo("0.95");
    assertThat(Figures.of(12.34)).isEqualTo("12.3");
    assertThat(Figures.of(1234567)).isEqualTo("1,234,567");
  }

  @Test
  void durationsAreInMicrosOrMillis() {
    assertThat(Figures.duration(250_000)).isEqualTo("250 µs");
    assertThat(Figures.duration(2_500_000)).isEqualTo("2.50 ms");
  }
}
