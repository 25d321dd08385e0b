package dev.durability.cli.bench;

import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/** One turn of a subject: how long it lasts, and where its latencies go. Safe for many threads. */
final class Slice {
  private final long lengthNanos;
  private final BooleanSupplier stop;
  private final Histogram latencies;
  private volatile long startNanos = System.nanoTime();

  /**
   * Begins a turn.
   *
   * @param lengthNanos how long it lasts
   * @param stop whether the user has asked to end
   * @param latencies takes the latencies, in nanoseconds, from any thread
   */
  Slice(long lengthNanos, BooleanSupplier stop, Histogram latencies) {
    this.lengthNanos = lengthNanos;
    this.stop = stop;
    this.latencies = latencies;
  }

  /**
   * Starts the time again, after preparations. Call it before any thread asks for the time left.
   */
  void restart() {
    startNanos = System.nanoTime();
  }

  /** Whether the subject has to end. */
  boolean isOver() {
    return System.nanoTime() - startNanos >= lengthNanos || stop.getAsBoolean();
  }

  void record(long nanos) {
    latencies.recordValue(Math.min(nanos, latencies.getHighestTrackableValue()));
  }
}
