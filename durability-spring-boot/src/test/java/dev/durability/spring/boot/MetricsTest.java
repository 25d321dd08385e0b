package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.micrometer.DurabilityHealth;
import dev.durability.micrometer.DurabilityMetrics;
import dev.durability.wal.WalWriter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Metrics in a registry that is a bean, without the actuator. */
final class MetricsTest {
  @TempDir Path temp;

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private ApplicationContextRunner runner;

  @BeforeEach
  void runner() {
    runner =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(DurabilityAutoConfiguration.class))
            .withPropertyValues("durability.directory=" + temp.resolve("sums"))
            .withBean("numbers", Codec.class, Codecs::longs);
  }

  @Test
  @SuppressWarnings("unchecked")
  void aStateHasItsMeters() {
    runner
        .withBean(Totals.class)
        .withBean(MeterRegistry.class, () -> registry)
        .run(
            context -> {
              DurableState<Long, Long> state = context.getBean(DurableState.class);
              state.update(1L);
              state.update(2L);

              assertThat(
                      registry
                          .get("durability.wal.append")
                          .tag("log", "sums")
                          .functionCounter()
                          .count())
                  .isEqualTo(2);
              assertThat(registry.get("durability.wal.sync").timer().count()).isPositive();
              assertThat(registry.get("durability.state.applied.id").gauge().value()).isEqualTo(2);
              assertThat(registry.get("durability.disk.free").gauge().value()).isPositive();
            });
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  @SuppressWarnings("unchecked")
  void aLogHasItsMeters() {
    runner
        .withPropertyValues("durability.name=numbers")
        .withBean(MeterRegistry.class, () -> registry)
        .run(
            context -> {
              WalWriter<Long> log = context.getBean(WalWriter.class);
              log.appendDurable(1L);

              assertThat(
                      registry
                          .get("durability.wal.durable.id")
                          .tag("log", "numbers")
                          .gauge()
                          .value())
                  .isEqualTo(1);
              assertThat(context.getBean(OpenLogs.class).health())
                  .hasEntrySatisfying(
                      "walWriter",
                      health -> {
                        assertThat(health.get().up()).isTrue();
                        assertThat(health.get().details())
                            .containsEntry("durableId", 1L)
                            .containsKeys("diskFree", "diskTotal")
                            .doesNotContainKey("appliedId");
                      });
            });
  }

  @Test
  void withoutARegistryNobodyAsks() {
    runner
        .withBean(Totals.class)
        .run(
            context ->
                assertThat(context.getBean(DurabilityMetrics.class).health().status())
                    .isEqualTo(DurabilityHealth.Status.UP));
  }

  @Test
  void withoutMicrometerThereAreNone() {
    runner
        .withBean(Totals.class)
        .withClassLoader(new FilteredClassLoader("io.micrometer"))
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(DurableState.class)
                    .doesNotHaveBean("durabilityMetrics"));
  }

  @Test
  void metricsOfTheApplicationAreTaken() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(DurabilityAutoConfiguration.class))
        .withBean(
            dev.durability.storage.Directory.class, dev.durability.storage.MemoryDirectory::new)
        .withBean("numbers", Codec.class, Codecs::longs)
        .withBean(Totals.class)
        .withBean(MeterRegistry.class, () -> registry)
        .withBean(DurabilityMetrics.class, () -> new DurabilityMetrics("own"))
        .run(
            context ->
                assertThat(registry.get("durability.state.applied.id").tag("log", "own").gauge())
                    .isNotNull());
  }

  @Test
  void aLogInMemoryHasNoDisk() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(DurabilityAutoConfiguration.class))
        .withBean(
            dev.durability.storage.Directory.class, dev.durability.storage.MemoryDirectory::new)
        .withBean("numbers", Codec.class, Codecs::longs)
        .withBean(Totals.class)
        .withBean(MeterRegistry.class, () -> registry)
        .run(
            context -> {
              assertThat(registry.find("durability.disk.free").gauge()).isNull();
              assertThat(registry.find("durability.wal.pending").gauge()).isNotNull();
              assertThat(context.getBean(OpenLogs.class).health().values())
                  .singleElement()
                  .satisfies(
                      health ->
                          assertThat(health.get().details())
                              .containsEntry("appliedId", 0L)
                              .doesNotContainKey("diskFree"));
            });
  }
}
