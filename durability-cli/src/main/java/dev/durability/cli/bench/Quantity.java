package dev.durability.cli.bench;

import java.util.Locale;

/** Numbers as people read them, in ASCII, for terminals of any kind. */
final class Quantity {
  private static final String[] UNITS = {"ns", "us", "ms", "s"};

  private Quantity() {}

  /** A time with three digits and a unit. */
  static String time(long nanos) {
    double value = (double) nanos;
    int unit = 0;
    while (unit < UNITS.length - 1 && value >= 999.5) {
      value /= 1000;
      unit++;
    }
    return digits(value) + " " + UNITS[unit];
  }

  /** A rate, in whole operations, with commas. */
  static String rate(double perSecond) {
    return String.format(Locale.ROOT, "%,.0f/s", perSecond);
  }

  /** A number with three digits, or all before its point. */
  static String digits(double value) {
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
