package dev.durability.benchmarks;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a contestant reached.
 *
 * @param name its name
 * @param role what it stands for
 * @param guarantee what is promised when its operation returned
 * @param figures its figure in each round, mostly the ratio to the probe; empty if it did not run
 * @param rates its rate in each round, in the unit of the report; empty if there is none
 * @param latencies the nanoseconds of its operations, if they mean something
 * @param skipped why it did not run, null if it did
 */
public record Standing(
    String name,
    Role role,
    String guarantee,
    List<Double> figures,
    List<Double> rates,
    @Nullable Histogram latencies,
    @Nullable String skipped) {

  /** {@return whether it ran} */
  public boolean ran() {
    return !figures.isEmpty();
  }

  /**
   * Gives it another name.
   *
   * @param other the name, or empty to keep its own
   * @return the same figures under that name
   */
  public Standing named(String other) {
    return other.isEmpty()
        ? this
        : new Standing(other, role, guarantee, figures, rates, latencies, skipped);
  }

  /** {@return whether it ran, and promises what is measured} */
  public boolean isCompared() {
    return ran() && role != Role.LESSER_PEER;
  }

  /** {@return the median of its figures} */
  public double figure() {
    return Figures.median(figures);
  }
}
