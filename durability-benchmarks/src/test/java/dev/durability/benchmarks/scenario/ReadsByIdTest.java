package dev.durability.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.probe.BareReads;
import dev.durability.benchmarks.store.OwnWriter;
import dev.durability.benchmarks.store.StoreById;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReadsByIdTest {
  private static final int ENTRIES = 1000;
  private static final int READS = 100;

  private final Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);

  @TempDir private Path directory;

  static Stream<StoreById> stores() {
    return Stream.of(new OwnWriter(), new ListStore());
  }

  @ParameterizedTest
  @MethodSource("stores")
  void everyReadIsCheckedAndItsLatencyRecorded(StoreById store) throws Exception {
    try (ReadsById reads = new ReadsById(store, Role.OURS, ENTRIES)) {
      reads.open(directory);
      assertThat(reads.run(READS, latencies)).isPositive();
      assertThat(latencies.getTotalCount()).isEqualTo(READS);
    }
  }

  @Test
  void aStoreThatGivesAnotherEntryIsFound() throws Exception {
    ListStore mixedUp =
        new ListStore() {
          @Override
          public byte[] read(long number) {
            return super.read(number == 0 || number == ENTRIES - 1 ? number : number - 1);
          }
        };
    try (ReadsById reads = new ReadsById(mixedUp, Role.PEER, ENTRIES)) {
      reads.open(directory);
      assertThatThrownBy(() -> reads.run(READS, null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a list gave another entry than number ");
    }
  }

  @Test
  void oneDamagedByteIsFound() {
    byte[] entry = NumberedEntries.of(7);
    assertThat(NumberedEntries.isEntry(7, entry)).isTrue();
    assertThat(NumberedEntries.isEntry(8, entry)).isFalse();
    entry[NumberedEntries.BYTES - 1]++;
    assertThat(NumberedEntries.isEntry(7, entry)).isFalse();
    assertThat(NumberedEntries.isEntry(7, new byte[8])).isFalse();
  }

  @Test
  void aStoreThatCannotBeReadIsClosedAtOnce() {
    ListStore lossy =
        new ListStore() {
          @Override
          public long replay() {
            return super.replay() - 1;
          }
        };
    assertThatThrownBy(() -> new ReadsById(lossy, Role.PEER, ENTRIES).open(directory))
        .hasMessageContaining("a list read other entries than were appended");
    assertThat(lossy.isClosed).isTrue();
  }

  @Test
  void aRangeAReplayAndTheProbeReadTheSameLog() throws Exception {
    Path log = directory.resolve("log");
    try (RangeReads range = RangeReads.byId(log, NumberedEntries.BYTES, ENTRIES);
        RangeReads replay = RangeReads.replay(log, NumberedEntries.BYTES, ENTRIES);
        BareReads bare = BareReads.ofFrame(log, 144)) {
      range.open(directory);
      replay.open(directory);
      bare.open(directory);
      for (int i = 0; i < 2; i++) {
        assertThat(range.run(ENTRIES, null)).isPositive();
        assertThat(replay.run(ENTRIES, null)).isPositive();
      }
      assertThat(bare.run(READS, latencies)).isPositive();
      assertThat(latencies.getTotalCount()).isEqualTo(READS);
    }
  }
}
