package dev.durability.micrometer;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of one log in one registry. */
final class Meters {
  final MeterRegistry registry;
  final Timer sync;
  final DistributionSummary syncEntries;
  final Timer checkpoint;
  final DistributionSummary checkpointSize;
  private final Tags tags;
  private final List<Meter> all = new ArrayList<>();

  /** Whether those of a state are among them. */
  boolean hasState;

  Meters(MeterRegistry registry, String log) {
    this.registry = registry;
    this.tags = Tags.of("log", log);
    this.sync =
        added(
            Timer.builder("durability.wal.sync")
                .description("Syncs that made entries durable")
                .tags(tags)
                .register(registry));
    this.syncEntries =
        added(
            DistributionSummary.builder("durability.wal.sync.entries")
                .description("Entries that one sync made durable")
                .baseUnit("entries")
                .tags(tags)
                .register(registry));
    this.checkpoint =
        added(
            Timer.builder("durability.checkpoint")
                .description("Publishing a checkpoint")
                .tags(tags)
                .register(registry));
    this.checkpointSize =
        added(
            DistributionSummary.builder("durability.checkpoint.size")
                .description("The payload of a checkpoint")
                .baseUnit("bytes")
                .tags(tags)
                .register(registry));
  }

  private <M extends Meter> M added(M meter) {
    all.add(meter);
    return meter;
  }

  <T> void counter(
      String name, String description, @Nullable String unit, T of, ToDoubleFunction<T> value) {
    counter(name, description, unit, Tags.empty(), of, value);
  }

  <T> void counter(
      String name,
      String description,
      @Nullable String unit,
      Tags more,
      T of,
      ToDoubleFunction<T> value) {
    all.add(
        FunctionCounter.builder(name, of, value)
            .description(description)
            .baseUnit(unit)
            .tags(tags.and(more))
            .register(registry));
  }

  <T> void gauge(
      String name, String description, @Nullable String unit, T of, ToDoubleFunction<T> value) {
    all.add(
        Gauge.builder(name, of, value)
            .description(description)
            .baseUnit(unit)
            .tags(tags)
            .strongReference(true)
            .register(registry));
  }

  <T> void nanos(String name, String description, T of, ToDoubleFunction<T> value) {
    all.add(
        TimeGauge.builder(name, of, TimeUnit.NANOSECONDS, value)
            .description(description)
            .tags(tags)
            .strongReference(true)
            .register(registry));
  }

  /** Takes all of them out of the registry. */
  void remove() {
    for (Meter meter : all) {
      Meter unused = registry.remove(meter);
    }
    all.clear();
  }
}
