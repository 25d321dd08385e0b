package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a policy keeps of an archive. */
class RetentionTest {
  @Test
  void retentionKeepsEachMomentFromItsBaseOnAlsoWithKillsAndBesideAnArchiver() throws IOException {
    for (long call = 1; call <= 40; call++) {
      Lab lab = new Lab();
      lab.checkpointsKept = 1;
      Archiver archiver = lab.archiver();
      lab.observer = archiver.observer();
      try (WalWriter<String> log = lab.open()) {
        for (int day = 1; day <= 6; day++) {
          for (int i = 0; i < 5; i++) {
            Lab.append(log, lab, day + "-" + i + "x".repeat(900));
            archiver.step();
          }
          lab.publish(log);
          archiver.step();
          lab.clock.tick(Duration.ofDays(1));
        }
        String timeline = archiver.status().timeline();
        FlakyStore flaky = new FlakyStore(lab.store, call, call % 2 == 0, true);
        Retention retention = new Retention(2, Duration.ofDays(3));
        try {
          assertThat(Archive.open(flaky).expire(timeline, retention, lab.clock)).isPositive();
        } catch (FlakyStore.Killed killed) {
          Archive.open(lab.store).expire(timeline, retention, lab.clock);
        }
        Lab.append(log, lab, "after");
        Lab.append(log, lab, "mark");
        archiver.step(); // It finds that record in its way, and goes on.
        lab.requireWhole();
        for (long id = 20; id <= 31; id++) {
          assertThat(Lab.restored(lab.restore().toEntry(id))).as("call %d", call).hasSize((int) id);
        }
        assertThatThrownBy(() -> Lab.restored(lab.restore().toEntry(9)))
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void retentionLeavesALogThatIsClosedAndCoveredByItsCheckpoint() throws IOException {
    Lab lab = new Lab();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 9; i++) {
        Lab.append(log, lab, i + "x".repeat(1500));
      }
      lab.publish(log);
    }
    lab.archiver().step();
    Archive archive = Archive.open(lab.store);
    archive.expire(archive.timelines().get(0).id(), new Retention(1, Duration.ZERO), lab.clock);
    lab.requireWhole();
    assertThat(Lab.restored(lab.restore())).hasSize(9);
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "after");
    }
    lab.archiver().close();
    lab.requireWhole();
    assertThat(Lab.restored(lab.restore())).hasSize(10);
  }
}
