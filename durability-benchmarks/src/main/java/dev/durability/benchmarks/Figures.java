package dev.durability.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Numbers as people read them, and the middle of several. */
public final class Figures {

  private Figures() {}

  /**
   * Formats a ratio, or any number, with about three significant digits.
   *
   * @param value the number
   * @return its text
   */
  public static String of(double value) {
    double size = Math.abs(value);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.095 ? "%.2f" : "%.4f";
    return size == 0 ? "0" : String.format(Locale.ROOT, format, value);
  }

  /**
   * Formats a duration.
   *
   * @param nanos nanoseconds
   * @return microseconds or milliseconds
   */
  public static String duration(double nanos) {
    return nanos < 1e6 ? of(nanos / 1e3) + " µs" : of(nanos / 1e6) + " ms";
  }

  /**
   * Takes the median.
   *
   * @param values at least one
   * @return the middle one, or the mean of the two in the middle
   */
  public static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("there is no median of nothing");
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1
        ? sorted[middle]
        : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow();
  }
}
