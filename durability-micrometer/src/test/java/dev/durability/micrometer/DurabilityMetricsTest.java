package dev.durability.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.Codecs;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the meters show of a log and a state, and when they are there. */
@Timeout(600)
class DurabilityMetricsTest {
  private final FaultDirectory directory = new FaultDirectory(new MemoryDirectory());
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final DurabilityMetrics metrics = new DurabilityMetrics("orders");
  private final Texts texts = new Texts();

  private static WalOptions options(WalObserver observer) {
    return WalOptions.builder()
        .segmentBytes(4096)
        .bufferBytes(4096)
        .flushPolicy(FlushPolicy.manual())
        .observer(observer)
        .build();
  }

  private WalWriter<String> open() throws IOException {
    return WalWriter.open(directory, Codecs.utf8(), options(metrics));
  }

  private DurableState<String, String> openState(CheckpointPolicy policy, WalObserver observer)
      throws IOException {
    return DurableState.open(directory, Codecs.utf8(), texts, policy, options(observer));
  }

  private static double value(MeterRegistry registry, String name) {
    return registry.get(name).meter().measure().iterator().next().getValue();
  }

  private double value(String name) {
    return value(registry, name);
  }

  @Test
  void metersFollowALog() throws IOException {
    metrics.bindTo(registry);
    assertThat(value("durability.wal.segments")).isNaN();
    assertThat(value("durability.wal.append")).isZero();
    assertThat(value("durability.wal.recovery")).isNaN();
    assertThat(value("durability.checkpoint.age")).isNaN();
    try (WalWriter<String> log = open()) {
      metrics.watch(log);
      log.append("12345678");
      log.append("12345678");
      assertThat(value("durability.wal.append")).isEqualTo(2);
      assertThat(value("durability.wal.append.size")).isEqualTo(48);
      assertThat(value("durability.wal.write")).isZero();
      assertThat(value("durability.wal.pending")).isEqualTo(2);
      assertThat(value("durability.wal.waiting")).isZero();
      assertThat(value("durability.wal.appended.id")).isEqualTo(2);
      assertThat(value("durability.wal.durable.id")).isZero();
      log.sync();
      assertThat(value("durability.wal.write")).isEqualTo(48);
      assertThat(value("durability.wal.pending")).isZero();
      assertThat(value("durability.wal.durable.id")).isEqualTo(2);
      assertThat(registry.get("durability.wal.sync").timer().count()).isEqualTo(1);
      assertThat(registry.get("durability.wal.sync.entries").summary().totalAmount()).isEqualTo(2);
      assertThat(value("durability.wal.segments")).isEqualTo(1);
      log.appendCheckpoint(2, "");
      assertThat(value("durability.wal.rotation")).isEqualTo(1);
      assertThat(value("durability.wal.segments")).isEqualTo(2);
      assertThat(log.truncate(2)).hasSize(1);
      assertThat(value("durability.wal.truncation")).isEqualTo(1);
      assertThat(value("durability.wal.segments")).isEqualTo(1);
      assertThat(value("durability.wal.poisoned")).isZero();
      assertThat(value("durability.wal.recovery")).isPositive();
      assertThat(value("durability.checkpoint.age")).isNotNegative();
      assertThat(
              registry
                  .get("durability.wal.recoveries")
                  .tag("verdict", "CLEAN")
                  .functionCounter()
                  .count())
          .isEqualTo(1);
      assertThat(registry.getMeters())
          .allSatisfy(meter -> assertThat(meter.getId().getTag("log")).isEqualTo("orders"));
      assertThat(registry.find("durability.state.failed").meter()).isNull();
      assertThat(registry.find("durability.disk.free").meter()).isNull();
      assertThat(metrics.health().status()).isEqualTo(DurabilityHealth.Status.UP);
    }
  }

  @Test
  void metersFollowAState() throws Exception {
    CountDownLatch failed = new CountDownLatch(1);
    WalObserver observer =
        metrics.andThen(
            new WalObserver() {
              @Override
              public void onCheckpointFailed(Throwable cause) {
                failed.countDown();
              }
            });
    metrics.bindTo(registry);
    try (var state = openState(CheckpointPolicy.manual().everyEntries(2), observer)) {
      metrics.watch(state);
      state.update("abc");
      assertThat(value("durability.state.applied.id")).isEqualTo(1);
      assertThat(value("durability.state.checkpoint.id")).isZero();
      state.checkpoint();
      assertThat(value("durability.state.checkpoint.id")).isEqualTo(1);
      assertThat(registry.get("durability.checkpoint").timer().count()).isEqualTo(1);
      assertThat(registry.get("durability.checkpoint.size").summary().totalAmount()).isEqualTo(3);
      assertThat(value("durability.state.checkpoint.failed")).isZero();
      assertThat(value("durability.checkpoint.failures")).isZero();
      texts.fails = true;
      state.update("d");
      state.update("e");
      failed.await();
      assertThat(value("durability.checkpoint.failures")).isEqualTo(1);
      assertThat(value("durability.state.checkpoint.failed")).isEqualTo(1);
      assertThat(value("durability.state.failed")).isZero();
      DurabilityHealth health = metrics.health();
      assertThat(health.status()).isEqualTo(DurabilityHealth.Status.DEGRADED);
      assertThat(health.details())
          .containsEntry("appliedId", 3L)
          .containsEntry("checkpointId", 1L)
          .containsKey("checkpointFailure")
          .doesNotContainKey("failure");
    }
  }

  @Test
  void logThatIsPoisonedIsDown() throws IOException {
    metrics.bindTo(registry);
    assertThat(metrics.health().status()).isEqualTo(DurabilityHealth.Status.UNKNOWN);
    WalWriter<String> log = open();
    metrics.watch(log);
    directory.inject(Fault.of(Operation.SYNC_FILE));
    assertThatThrownBy(() -> log.appendDurable("a")).isInstanceOf(WriterPoisonedException.class);
    assertThat(value("durability.wal.poisoned")).isEqualTo(1);
    assertThat(metrics.health().status()).isEqualTo(DurabilityHealth.Status.DOWN);
    assertThat(metrics.health().details()).containsKey("failure");
    assertThatThrownBy(log::close).isInstanceOf(WriterPoisonedException.class);
  }

  @Test
  void stateWhoseLogIsPoisonedIsDown() throws IOException {
    metrics.bindTo(registry);
    var state = openState(CheckpointPolicy.manual(), metrics);
    metrics.watch(state);
    directory.inject(Fault.of(Operation.SYNC_FILE));
    assertThatThrownBy(() -> state.update("a")).isInstanceOf(WriterPoisonedException.class);
    assertThat(value("durability.state.failed")).isEqualTo(1);
    assertThat(metrics.health().status()).isEqualTo(DurabilityHealth.Status.DOWN);
    assertThatThrownBy(state::close).isInstanceOf(WriterPoisonedException.class);
  }

  @Test
  void countersGoOnIfALogIsClosedAndOpenedAgain() throws IOException {
    metrics.bindTo(registry);
    try (WalWriter<String> log = open()) {
      metrics.watch(log);
      log.append("12345678");
    }
    int meters = registry.getMeters().size();
    try (WalWriter<String> log = open()) {
      metrics.watch(log);
      log.append("12345678");
      log.append("12345678");
      assertThat(value("durability.wal.append")).isEqualTo(3);
      assertThat(value("durability.wal.append.size")).isEqualTo(72);
      assertThat(value("durability.wal.write")).isEqualTo(24);
      assertThat(value("durability.wal.appended.id")).isEqualTo(3);
    }
    assertThat(registry.getMeters()).hasSize(meters);
  }

  @Test
  void closingRemovesAllMetersAndOthersOfTheSameNameMayFollow() throws IOException {
    registry.counter("mine").increment();
    for (int i = 0; i < 3; i++) {
      DurabilityMetrics each = new DurabilityMetrics("orders", Path.of("."));
      each.bindTo(registry);
      try (var state = openState(CheckpointPolicy.manual(), each)) {
        each.watch(state);
        state.update("a");
        assertThat(value("durability.wal.append")).isEqualTo(1);
        assertThat(value("durability.state.applied.id")).isEqualTo(i + 1);
      }
      each.close();
      assertThat(registry.getMeters()).extracting(Meter::getId).hasSize(1);
      assertThat(each.health().status()).isEqualTo(DurabilityHealth.Status.UNKNOWN);
    }
  }

  @Test
  void severalRegistriesHaveTheSameMetersEachOnce() throws IOException {
    SimpleMeterRegistry late = new SimpleMeterRegistry();
    metrics.bindTo(registry);
    metrics.bindTo(registry);
    try (var state = openState(CheckpointPolicy.manual(), metrics)) {
      metrics.watch(state);
      state.update("a");
      metrics.bindTo(late);
      state.update("b");
      assertThat(registry.get("durability.wal.sync").timer().count()).isEqualTo(2);
      assertThat(late.get("durability.wal.sync").timer().count()).isEqualTo(1);
      for (MeterRegistry each : new MeterRegistry[] {registry, late}) {
        assertThat(value(each, "durability.wal.append")).isEqualTo(2);
        assertThat(value(each, "durability.state.applied.id")).isEqualTo(2);
        assertThat(value(each, "durability.wal.recovery")).isPositive();
      }
      assertThat(late.getMeters()).hasSameSizeAs(registry.getMeters());
    }
  }

  @Test
  void logAfterAStateHasNoStateToShow() throws IOException {
    metrics.bindTo(registry);
    try (var state = openState(CheckpointPolicy.manual(), metrics)) {
      metrics.watch(state);
      state.update("a");
    }
    try (WalWriter<String> log = open()) {
      metrics.watch(log);
      assertThat(value("durability.state.applied.id")).isNaN();
      assertThat(value("durability.wal.appended.id")).isEqualTo(1);
    }
    int meters = registry.getMeters().size();
    try (var state = openState(CheckpointPolicy.manual(), metrics)) {
      metrics.watch(state);
      assertThat(value("durability.state.applied.id")).isEqualTo(1);
    }
    assertThat(registry.getMeters()).hasSize(meters);
  }

  @Test
  void diskIsShownIfItIsNamed(@TempDir Path path) {
    try (DurabilityMetrics withDisk = new DurabilityMetrics("orders", path)) {
      withDisk.bindTo(registry);
      assertThat(value("durability.disk.free")).isPositive();
      assertThat(value("durability.disk.total"))
          .isGreaterThanOrEqualTo(value("durability.disk.free"));
    }
  }
}
