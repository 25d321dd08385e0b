package dev.durability.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Two histograms in text, side by side: how often an operation took a time in each range. */
final class LatencyBars {
  private static final int TIME_COLUMNS = 21;
  private static final int PERCENT_COLUMNS = 9;
  private static final int BAR_COLUMNS_MAX = 24;
  private static final double STEP = Math.sqrt(2);
  private static final double SHARE_MIN = 0.00005;

  private final Histogram left;
  private final Histogram right;
  private final int barColumns;

  /**
   * Draws two histograms.
   *
   * @param columns how wide a line may be
   */
  LatencyBars(Histogram left, Histogram right, int columns) {
    this.left = left;
    this.right = right;
    this.barColumns = Math.min(BAR_COLUMNS_MAX, (columns - TIME_COLUMNS - 4) / 2 - PERCENT_COLUMNS);
  }

  /** The line above the others; titles that are too long are cut. */
  String header(String times, String leftTitle, String rightTitle) {
    int columns = barColumns + PERCENT_COLUMNS;
    String form = "%-" + TIME_COLUMNS + "s  %-" + columns + "." + columns + "s  %." + columns + "s";
    return String.format(Locale.ROOT, form, times, leftTitle, rightTitle);
  }

  /** One line per time range, from the shortest time to the longest. */
  List<String> lines() {
    List<Long> bounds = bounds();
    double most = 0;
    for (int i = 0; i + 1 < bounds.size(); i++) {
      long from = bounds.get(i);
      long to = bounds.get(i + 1);
      most = Math.max(most, share(left, from, to));
      most = Math.max(most, share(right, from, to));
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; i + 1 < bounds.size(); i++) {
      lines.add(line(bounds.get(i), bounds.get(i + 1), most).stripTrailing());
    }
    return lines;
  }

  /**
   * The limits of the ranges: each is the one before times a constant, from below the least to
   * above the most.
   */
  private List<Long> bounds() {
    long least = Math.max(1, Math.min(left.getMinValue(), right.getMinValue()));
    long most = Math.max(left.getMaxValue(), right.getMaxValue());
    int exponent = (int) Math.floor(Math.log((double) least) / Math.log(STEP));
    List<Long> bounds = new ArrayList<>();
    long bound;
    do {
      bound = Math.round(Math.pow(STEP, exponent++));
      bounds.add(bound);
    } while (bound <= most);
    return bounds;
  }

  private String line(long from, long to, double most) {
    return String.format(
        Locale.ROOT,
        "%9s ..%9s  %s  %s",
        Quantity.time(from),
        Quantity.time(to),
        bar(share(left, from, to), most),
        bar(share(right, from, to), most));
  }

  private String bar(double share, double most) {
    int columns = barColumns + PERCENT_COLUMNS;
    if (share == 0) {
      return " ".repeat(columns);
    }
    int length = (int) Math.max(1, Math.round(share / most * barColumns));
    String percent =
        share < SHARE_MIN ? "<0.01 %" : String.format(Locale.ROOT, "%.2f %%", share * 100);
    return String.format(Locale.ROOT, "%-" + columns + "s", "#".repeat(length) + " " + percent);
  }

  /** The share of operations that took at least {@code from} and less than {@code to}. */
  private static double share(Histogram histogram, long from, long to) {
    if (from > histogram.getMaxValue()) {
      return 0;
    }
    return below(histogram, to) - below(histogram, from);
  }

  private static double below(Histogram histogram, long nanos) {
    return histogram.getCountBetweenValues(0, nanos - 1) / (double) histogram.getTotalCount();
  }
}
