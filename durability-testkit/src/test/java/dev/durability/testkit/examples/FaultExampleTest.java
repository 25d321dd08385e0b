package dev.durability.testkit.examples;

import static dev.durability.testkit.examples.SettingsCrashTest.load;
import static dev.durability.testkit.examples.SettingsCrashTest.save;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Storage that fails, as the guide shows it. */
class FaultExampleTest {

  // begin:fault
  @Test
  void failedSyncLeavesWhatWasSavedBefore() throws IOException {
    FaultDirectory disk = new FaultDirectory(new MemoryDirectory());
    save(disk, "old");
    disk.inject(Fault.of(Fault.Operation.SYNC_FILE)); // The next sync of a file fails, once.
    assertThatThrownBy(() -> save(disk, "new")).isInstanceOf(IOException.class);
    assertThat(load(disk)).isEqualTo("old");
  }

  // end:fault

  @Test
  void entryOfAFullDiskIsDurableOnceThereIsRoom() throws IOException {
    FaultDirectory disk = new FaultDirectory(new MemoryDirectory());
    try (WalWriter<String> log = WalWriter.open(disk, Codecs.utf8(), WalOptions.defaults())) {
      disk.fillUpAfter(0);
      // begin:full-disk
      try {
        log.appendDurable("order 4711");
      } catch (OutcomeOpenException e) {
        // The disk is full. The entry has an id and waits in memory: do not append it again.
        makeRoom(disk);
        log.sync(); // When this returns, the entry is durable. It throws while there is no room.
      }
      // end:full-disk
    }
    assertThat(WalReader.of(disk, Codecs.utf8()).readAll()).hasSize(1);
  }

  private static void makeRoom(FaultDirectory disk) {
    assertThat(disk.injected()).isPositive();
    disk.makeRoom();
  }
}
