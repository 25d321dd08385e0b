package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockHeldException;
import dev.durability.storage.CountedDisk;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a state is when it is opened again: after closing, a kill, or a loss of power. */
class DurableStateOpeningTest extends DurableStateFixture {

  @Test
  void acknowledgedUpdatesSurvivePowerLoss() throws Exception {
    for (long seed = 1; seed <= 12; seed++) {
      CountedDisk machineDisk = new CountedDisk(seed);
      List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
      for (int round = 0; round < 3; round++) {
        var state = open(machineDisk, CheckpointPolicy.manual());
        String which = "seed=" + seed + " round=" + round;
        assertThat(all(state)).as(which).containsAll(acknowledged).doesNotHaveDuplicates();
        machineDisk.dieAt(20 + 9 * seed);
        List<Future<?>> workers = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
          String name = round + "/" + t + "/";
          workers.add(
              threads.submit(
                  () -> {
                    try {
                      for (int i = 0; i < 200; i++) {
                        state.update(name + i);
                        acknowledged.add(name + i);
                        if (i % 7 == 6) {
                          state.checkpoint();
                        }
                      }
                    } catch (IOException theEnd) {
                      return;
                    }
                  }));
        }
        for (Future<?> each : workers) {
          each.get();
        }
        machineDisk = machineDisk.afterPowerLoss();
      }
      try (var state = open(machineDisk, CheckpointPolicy.manual())) {
        assertThat(all(state)).as("seed=" + seed).containsAll(acknowledged);
      }
    }
  }

  @Test
  void reopeningTwentyTimesKeepsAllInOrder() throws IOException {
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      try (var state = open(directory, CheckpointPolicy.manual().everyEntries(7).onClose())) {
        assertThat(all(state)).isEqualTo(expected);
        for (int i = 0; i < 3; i++) {
          expected.add(round + "/" + i);
          state.update(round + "/" + i);
        }
      }
    }
    assertThat(checkpoints()).hasSize(2);
  }

  @Test
  void logWhoseNewestCheckpointIsKeptElsewhereIsRefusedAndNoPartialStateIsBuilt()
      throws IOException {
    try (var log = WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults())) {
      long last = log.appendDurable("a");
      log.appendCheckpoint(last, "");
    }
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> open())
        .withMessageContaining("a checkpoint covers older entries");
  }

  @Test
  void secondOpeningIsRefusedWhileTheFirstIsOpen() throws IOException {
    var state = open();
    assertThatExceptionOfType(LockHeldException.class).isThrownBy(this::open);
    state.update("a");
    state.close();
    open().close();
  }

  @Test
  void afterManyKillsRecoveryReplaysNoMoreThanThePolicy() throws IOException {
    CountedDisk where = new CountedDisk(99);
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < 15; round++) {
      var state = open(where, CheckpointPolicy.manual());
      assertThat(all(state)).isEqualTo(expected);
      long replayed = state.recovered().intact() - state.recovered().covered();
      assertThat(replayed).as("round " + round).isLessThanOrEqualTo(10 + 1); // And a marker.
      for (int i = 0; i < 25; i++) {
        state.update(round + "/" + i);
        expected.add(round + "/" + i);
        if (i % 10 == 9) {
          state.checkpoint();
        }
      }
      assertThat(where.list("checkpoints").size()).isLessThanOrEqualTo(2);
      assertThat(where.list("wal").size()).isLessThan(8);
      where = where.afterDeath();
    }
  }
}
