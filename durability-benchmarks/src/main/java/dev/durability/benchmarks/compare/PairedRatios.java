package dev.durability.benchmarks.compare;

import java.util.List;

/**
 * Ratios of two rates that were measured right after each other, and what the ratios say. The
 * interval is that of the mean of the logarithms, by Student's t distribution: it covers the true
 * mean in 95 of 100 comparisons if the logarithms of the ratios are independent and about normal.
 * Immutable.
 */
final class PairedRatios {
  /** How much of the old rate the new one has to reach. */
  static final double BOUND = 0.97;

  /** How probable it is that the interval covers the mean. */
  static final double CONFIDENCE = 0.95;

  private final List<Double> ratios;
  private final double mean;
  private final double halfWidth;

  private PairedRatios(List<Double> ratios, double mean, double halfWidth) {
    this.ratios = ratios;
    this.mean = mean;
    this.halfWidth = halfWidth;
  }

  /**
   * Takes ratios together.
   *
   * @param ratios new rate by old rate, of at least two pairs, each more than 0 and finite
   * @return what they say
   */
  static PairedRatios of(List<Double> ratios) {
    if (ratios.size() < 2) {
      throw new IllegalArgumentException("an interval needs two pairs, not " + ratios.size());
    }
    for (double ratio : ratios) {
      if (!(ratio > 0 && ratio < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("is no ratio of two rates: " + ratio);
      }
    }
    double[] logs = ratios.stream().mapToDouble(Math::log).toArray();
    int count = logs.length;
    double sum = 0;
    for (double log : logs) {
      sum += log;
    }
    double mean = sum / count;
    double squares = 0;
    for (double log : logs) {
      squares += (log - mean) * (log - mean);
    }
    double error = Math.sqrt(squares / (count - 1) / count);
    return new PairedRatios(
        List.copyOf(ratios), mean, StudentT.bound(CONFIDENCE, count - 1) * error);
  }

  /** {@return the ratios, in the order of the pairs} */
  List<Double> ratios() {
    return ratios;
  }

  /** {@return the geometric mean} */
  double mean() {
    return Math.exp(mean);
  }

  /** {@return the lower end of the interval} */
  double low() {
    return Math.exp(mean - halfWidth);
  }

  /** {@return the upper end of the interval} */
  double high() {
    return Math.exp(mean + halfWidth);
  }

  /** {@return what the interval says} */
  Verdict verdict() {
    if (high() < BOUND) {
      return Verdict.SLOWER;
    }
    return low() >= BOUND ? Verdict.NOT_SLOWER : Verdict.UNDECIDED;
  }
}
