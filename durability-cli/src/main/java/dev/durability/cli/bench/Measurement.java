package dev.durability.cli.bench;

import org.HdrHistogram.Histogram;

/**
 * What was measured of a subject.
 *
 * @param name its name for programs
 * @param title its name for people
 * @param isProbe whether it is what the others are compared with
 * @param rate operations per second
 * @param ratio its rate by that of its probe in the same round; 1 for a probe
 * @param latencies in nanoseconds; empty if no operation is waited for
 */
record Measurement(
    String name, String title, boolean isProbe, Spread rate, Spread ratio, Histogram latencies) {

  boolean hasLatencies() {
    return latencies.getTotalCount() > 0;
  }
}
