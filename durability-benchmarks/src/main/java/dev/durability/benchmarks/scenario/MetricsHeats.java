package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.WatchedLog;
import java.util.List;

/** What metrics cost: the unit is the same log without them. */
final class MetricsHeats {
  private static final double LEAST = 0.99;

  private MetricsHeats() {}

  static Heat unsynced() {
    return heat(
        "an append of 128 B without a sync",
        Promise.UNSYNCED,
        Appends.Threads.platform(1),
        AppendHeats.SLICE_BYTES_MAX / AppendHeats.SMALL);
  }

  static Heat durable() {
    return heat(
        "an append of 128 B, durable on return",
        Promise.DURABLE,
        Appends.Threads.platform(16),
        AppendHeats.SLICE_BYTES_MAX / 8 / AppendHeats.SMALL);
  }

  private static Heat heat(
      String what, Promise promise, Appends.Threads threads, long operationsMax) {
    byte[] payload = Entries.payload(AppendHeats.SMALL);
    List<Contestant> contestants =
        List.of(
            new Appends(
                WatchedLog.withoutMetrics(), Role.PROBE, promise, threads, payload, operationsMax),
            new Appends(
                WatchedLog.withMetrics(), Role.OURS, promise, threads, payload, operationsMax));
    return new Heat("", what, "appends", Target.atLeast("≥ 0.99 × without", LEAST, 0), contestants)
        .anewEachRound()
        .note(
            "The probe is the same log without an observer. Nothing reads the registry meanwhile.");
  }
}
