package dev.durability.spring.boot;

import dev.durability.DurableState;
import dev.durability.micrometer.DurabilityMetrics;
import dev.durability.wal.WalWriter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** Has the metrics watch what was opened, and binds them to the registry. */
final class MetricsWatcher implements LogWatcher, SmartInitializingSingleton {
  private final DurabilityMetrics metrics;
  private final ObjectProvider<MeterRegistry> registries;

  MetricsWatcher(DurabilityMetrics metrics, ObjectProvider<MeterRegistry> registries) {
    this.metrics = metrics;
    this.registries = registries;
  }

  /** Spring Boot's actuator does this too, and binding twice is binding once. */
  @Override
  public void afterSingletonsInstantiated() {
    registries.ifUnique(metrics::bindTo);
  }

  @Override
  public void opened(DurableState<?, ?> state) {
    metrics.watch(state);
  }

  @Override
  public void opened(WalWriter<?> log) {
    metrics.watch(log);
  }
}
