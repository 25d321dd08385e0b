package dev.durability.micrometer.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.DurableState;
import dev.durability.StateOptions;
import dev.durability.codec.Codecs;
import dev.durability.micrometer.DurabilityMetrics;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/observability.md and the guide show. */
class MetricsExampleTest {
  @TempDir Path path;

  // begin:metrics
  static void serve(Path path, MeterRegistry registry) throws IOException {
    DurabilityMetrics metrics = new DurabilityMetrics("orders", path);
    metrics.bindTo(registry);
    WalOptions observed = WalOptions.builder().observer(metrics).build();
    try (metrics; // Removes its meters, after the state is closed.
        DurableState<List<String>, String> orders =
            DurableState.open(
                FsDirectory.open(path),
                Codecs.utf8(),
                new Orders(),
                StateOptions.builder().walOptions(observed).build())) {
      metrics.watch(orders);
      orders.update("order 4711");
    }
  }

  // end:metrics

  @Test
  void stateHasMetersWhileItIsOpen() throws IOException {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    List<Double> appended = new ArrayList<>();
    registry
        .config()
        .onMeterRemoved(
            meter -> {
              if (meter.getId().getName().equals("durability.wal.append")) {
                meter.measure().forEach(measured -> appended.add(measured.getValue()));
              }
            });
    serve(path, registry);
    assertThat(appended).containsExactly(1.0);
    assertThat(registry.getMeters()).isEmpty();
  }
}
