package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.CorruptLogException;
import dev.durability.log.LogReport;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One copy of a log that is being written. */
class BackupTest {
  @Test
  void backupOfADamagedLogIsRefusedAndItsHoldIsReleased() throws IOException {
    Lab lab = new Lab();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 6; i++) {
        Lab.append(log, lab, i + "x".repeat(1500));
      }
    }
    String first = LogNames.segments(lab.log).firstEntry().getValue();
    byte[] bytes = Lab.bytes(lab.log, first);
    bytes[200] ^= 1;
    lab.overwriteLog(first, bytes);
    LogReport verdict = WalMaintenance.verify(lab.log);
    assertThat(verdict.end().file()).isEqualTo(first);
    MemoryDirectory target = new MemoryDirectory();
    assertThatThrownBy(() -> Backup.copy(lab.log, target, lab.clock, Progress.NONE))
        .isInstanceOfSatisfying(
            CorruptLogException.class,
            e -> {
              assertThat(e.file()).isEqualTo(first);
              assertThat(e.offset()).isEqualTo(verdict.end().offset());
              assertThat(e.checksum()).isEqualTo(verdict.checksum());
            })
        .hasMessageStartingWith(first + " at offset " + verdict.end().offset() + ": ")
        .hasMessageContaining(String.valueOf(verdict.reason()))
        .hasMessageContaining("restore " + first + " from an older backup");
    assertThat(dev.durability.wal.WalHolds.list(lab.log, lab.clock.instant())).isEmpty();
    Targets.requireEmpty(target);
  }

  @Test
  void damageInTheLastSegmentIsNoEndOfTheLog() throws IOException {
    Lab lab = new Lab();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 3; i++) {
        Lab.append(log, lab, "line " + i);
      }
    }
    String last = LogNames.segments(lab.log).lastEntry().getValue();
    byte[] bytes = Lab.bytes(lab.log, last);
    bytes[85] ^= 1; // In the first entry: a copy of what is before it is a whole log.
    lab.overwriteLog(last, bytes);
    MemoryDirectory target = new MemoryDirectory();
    assertThatThrownBy(() -> Backup.copy(lab.log, target, lab.clock, Progress.NONE))
        .isInstanceOfSatisfying(
            CorruptLogException.class, e -> assertThat(e.file()).isEqualTo(last));
    Targets.requireEmpty(target);
    assertThatThrownBy(() -> Backup.requireIntact(lab.log)).hasMessageStartingWith(last);
  }

  @Test
  void backupOfALogThatIsBeingWrittenIsWholeEachTime() throws Exception {
    Lab lab = new Lab();
    boolean[] ends = {false};
    WalWriter<String> log = lab.open();
    log.appendDurable("first");
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int i = 0; !ends[0]; i++) {
                  log.appendDurable(i + "x".repeat(i % 900));
                  if (i % 20 == 19) {
                    lab.publish(log);
                  }
                }
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    writer.start();
    try {
      for (int i = 0; i < 20; i++) {
        long before = log.lastDurableId();
        MemoryDirectory target = new MemoryDirectory();
        BackupReport report = Backup.copy(lab.log, target, lab.clock, Progress.NONE);
        LogReport found = WalMaintenance.verify(target);
        assertThat(found.intact()).isEqualTo(report.lastEntryId());
        assertThat(report.lastEntryId()).isGreaterThanOrEqualTo(before - 2_000);
        assertThat(Lab.lines(target)).hasSize((int) report.lastEntryId());
      }
    } finally {
      ends[0] = true;
      writer.join();
      log.close();
    }
    MemoryDirectory target = new MemoryDirectory();
    Backup.copy(lab.log, target, lab.clock, Progress.NONE);
    assertThat(Lab.lines(target)).isEqualTo(Lab.lines(lab.log));
    assertThatThrownBy(() -> Backup.copy(lab.log, target, lab.clock, Progress.NONE))
        .isInstanceOf(java.nio.file.FileAlreadyExistsException.class);
    assertThatThrownBy(
            () ->
                Backup.copy(new MemoryDirectory(), new MemoryDirectory(), lab.clock, Progress.NONE))
        .isInstanceOf(java.nio.file.NoSuchFileException.class);
  }

  @Test
  void backupsIntoAStoreAreTimelinesOfTheirOwn() throws IOException {
    Lab lab = new Lab();
    try (WalWriter<String> log = lab.open()) {
      for (int backup = 1; backup <= 3; backup++) {
        Lab.append(log, lab, "line");
        Lab.append(log, lab, "line");
        Archiver.of(lab.log, lab.store, lab.archiveOptions().name("backup-" + backup)).step();
      }
    }
    List<TimelineInfo> timelines = Archive.open(lab.store).timelines();
    assertThat(timelines).hasSize(3);
    for (int i = 0; i < 3; i++) { // The last line is there if the mark of its own is written yet.
      assertThat(timelines.get(i).lastEntryId()).isBetween(2L * i + 1, 2L * i + 2);
    }
    assertThat(lab.log.exists("archive")).isFalse();
    lab.requireWhole();
  }
}
