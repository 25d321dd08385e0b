package dev.durability.cli.bench;

import java.util.Collection;

/**
 * How a figure varied over the rounds.
 *
 * @param median the median
 * @param least the least
 * @param most the most
 */
record Spread(double median, double least, double most) {

  static Spread of(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new Spread(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
  }
}
