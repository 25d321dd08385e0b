package dev.durability.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.probe.BareCuts;
import dev.durability.benchmarks.store.MvStore;
import dev.durability.benchmarks.store.OwnWriter;
import dev.durability.benchmarks.store.StoreWithEnd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CutsTest {
  private static final int OPERATIONS = 3;

  @TempDir private Path directory;

  static Stream<StoreWithEnd> stores() {
    return Stream.of(new OwnWriter(), new MvStore(), new ListStore());
  }

  @ParameterizedTest
  @MethodSource("stores")
  void whatIsLeftIsWhatWasNotCutOff(StoreWithEnd store) throws Exception {
    try (Cuts cuts = new Cuts(store, Role.OURS, Entries.payload(AppendHeats.SMALL))) {
      cuts.open(directory);
      Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
      long nanos = cuts.run(OPERATIONS, latencies);
      cuts.settle();
      assertThat(nanos).isPositive();
      assertThat(latencies.getTotalCount()).isEqualTo(OPERATIONS);
      long sum = 0;
      for (long operation = 0; operation < OPERATIONS; operation++) {
        for (long each = 0; each < Cuts.APPENDED - Cuts.CUT; each++) {
          sum += operation * Cuts.APPENDED + each;
        }
      }
      assertThat(store.replay()).isEqualTo(sum);
    }
  }

  @Test
  void theBareLoopMakesAFilePerCutAndKeepsTheLast() throws Exception {
    try (BareCuts bare = new BareCuts()) {
      bare.open(directory);
      assertThat(bare.run(OPERATIONS, null)).isPositive();
      assertThat(directory.toFile().list())
          .containsExactlyInAnyOrder("file-1", "file-2", "file-3", "file-4");
      bare.settle();
      assertThat(directory.toFile().list()).containsExactly("file-4");
      assertThat(bare.run(1, null)).isPositive();
      assertThat(directory.toFile().list()).containsExactlyInAnyOrder("file-4", "file-5");
    }
  }

  @Test
  void aStoreThatKeepsWhatIsCutOffIsFound() throws Exception {
    ListStore forgetful =
        new ListStore() {
          @Override
          public void cutAfter(long entries) {}
        };
    try (Cuts cuts = new Cuts(forgetful, Role.PEER, Entries.payload(AppendHeats.SMALL))) {
      cuts.open(directory);
      long unused = cuts.run(OPERATIONS, null);
      assertThatThrownBy(cuts::settle)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a list has other entries than those that were left");
    }
  }
}
