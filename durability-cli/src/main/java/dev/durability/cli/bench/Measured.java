package dev.durability.cli.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** A subject, and what it did in the rounds so far. */
final class Measured {
  private static final long LATENCY_NANOS_MAX = TimeUnit.HOURS.toNanos(1);
  private static final int DIGITS = 3;

  private final Subject subject;
  private final Histogram latencies = newHistogram();
  private final List<Double> rates = new ArrayList<>();

  Measured(Subject subject) {
    this.subject = subject;
  }

  private static Histogram newHistogram() {
    return new ConcurrentHistogram(LATENCY_NANOS_MAX, DIGITS);
  }

  String title() {
    return subject.title();
  }

  /**
   * Lets it work for a while.
   *
   * @param sliceNanos how long
   * @param stop whether the user has asked to end
   * @param counts whether this belongs to the result, and not to warming up
   */
  void takeTurn(long sliceNanos, BooleanSupplier stop, boolean counts) throws IOException {
    Work work = subject.run(new Slice(sliceNanos, stop, counts ? latencies : newHistogram()));
    subject.settle();
    if (counts) {
      rates.add(work.rate());
    }
  }

  /** The result, as ratios of rates in the same rounds. */
  Measurement result(Measured probe) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rates.size(); round++) {
      ratios.add(rates.get(round) / probe.rates.get(round));
    }
    return new Measurement(
        subject.name(),
        subject.title(),
        this == probe,
        Spread.of(rates),
        Spread.of(ratios),
        latencies);
  }
}
