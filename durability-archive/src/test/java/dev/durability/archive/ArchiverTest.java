package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.log.SegmentRange;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalHolds;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is archived when, and that it comes back. */
class ArchiverTest {
  private final Lab lab = new Lab();

  /** A life of a log with openings, checkpoints and batches; a step of archiving now and then. */
  private void live(int entries, long seed, Archiver archiver, boolean cuts) throws IOException {
    Random random = new Random(seed);
    WalWriter<String> log = lab.open();
    for (int i = 0; i < entries; i++) {
      lab.clock.tick(Duration.ofMillis(random.nextInt(400)));
      String line = i + "x".repeat(random.nextInt(10) == 0 ? 1500 : random.nextInt(60));
      switch (random.nextInt(20)) {
        case 0 -> {
          log.close();
          log = lab.open();
        }
        case 1 -> lab.publish(log);
        case 2, 3 -> {
          log.appendBatch(List.of(line, line + "'", line + "''"));
          log.sync();
        }
        case 4 -> {
          if (cuts && log.lastDurableId() - log.firstEntryId() > 5) {
            try {
              log.truncateAfter(log.lastDurableId() - 1 - random.nextInt(4));
            } catch (IllegalArgumentException covered) {
              // A checkpoint has it.
            }
          }
        }
        case 5, 6 -> {
          AppendFuture last = log.appendAsync(line);
          for (int j = 0; j < 4; j++) {
            last = log.appendAsync(j + line);
          }
          assertThat(last.join()).isEqualTo(last.entryId());
        }
        default -> log.appendDurable(line);
      }
      if (random.nextInt(3) == 0) {
        archiver.step();
      }
    }
    log.close();
  }

  @Test
  void thousandInstantsAndEntriesComeBackExactly() throws IOException {
    lab.checkpointsKept = 1_000; // So that the log itself can tell what was when.
    Instant begin = lab.clock.instant();
    Archiver archiver = lab.archiver();
    live(300, 1, archiver, false);
    archiver.close();
    lab.requireWhole();
    List<String> all = Lab.lines(lab.log);
    assertThat(Lab.restored(lab.restore())).isEqualTo(all);
    long last = WalMaintenance.verify(lab.log).intact();
    Random random = new Random(2);
    long millis = Duration.between(begin, lab.clock.instant()).toMillis();
    for (int i = 0; i < 500; i++) {
      Instant instant = begin.plusMillis((long) (random.nextDouble() * (millis + 1)));
      long then = WalMaintenance.lastEntryAt(lab.log, instant).lastEntryId();
      assertThat(Lab.restored(lab.restore().toInstant(instant)))
          .as("%s: entry %d", instant, then)
          .isEqualTo(Lab.lines(lab.log, then));
      long id = random.nextLong(last + 1);
      assertThat(Lab.restored(lab.restore().toEntry(id)))
          .as("entry %d", id)
          .isEqualTo(Lab.lines(lab.log, id));
    }
    assertThatThrownBy(() -> Lab.restored(lab.restore().toEntry(last + 1)))
        .hasMessageContaining("ends at entry " + last);
    assertThatThrownBy(() -> Lab.restored(lab.restore().toInstant(begin.minusSeconds(1))))
        .hasMessageContaining("does not reach back");
  }

  @Test
  void segmentsWhoseEndPromisesLessThanTheyHoldAreArchivedAndCopiedWhole() throws IOException {
    Archiver archiver = lab.archiver();
    lab.observer = archiver.observer();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 200; i++) {
        var future = log.appendAsync(i + "x".repeat(i % 7 * 100));
        if (i % 50 == 49) {
          assertThat(future.join()).isEqualTo(i + 1);
          archiver.step();
        }
      }
      assertThat(log.segments()).hasSizeGreaterThan(10);
      MemoryDirectory copy = new MemoryDirectory();
      Backup.copy(lab.log, copy, lab.clock, Progress.NONE);
      assertThat(Lab.lines(copy)).hasSizeGreaterThan(150);
    }
    archiver.close();
    lab.requireWhole();
    assertThat(Lab.restored(lab.restore())).hasSize(200).isEqualTo(Lab.lines(lab.log));
    for (long id = 1; id <= 200; id++) {
      assertThat(Lab.restored(lab.restore().toEntry(id))).hasSize((int) id);
    }
  }

  @Test
  void logThatIsWrittenWithoutSyncsIsArchivedWhole() throws IOException {
    Archiver archiver = lab.archiver();
    try (WalWriter<String> log =
        WalWriter.open(
            lab.log,
            Codecs.utf8(),
            WalOptions.builder()
                .segmentBytes(4096)
                .bufferBytes(4096)
                .clock(lab.clock)
                .flushPolicy(FlushPolicy.manual())
                .build())) {
      for (int i = 0; i < 200; i++) {
        assertThat(log.append(i + "x".repeat(i % 7 * 100))).isEqualTo(i + 1);
        if (i % 50 == 49) {
          archiver.step();
        }
      }
    }
    archiver.close();
    lab.requireWhole();
    assertThat(Lab.restored(lab.restore())).hasSize(200).isEqualTo(Lab.lines(lab.log));
  }

  @Test
  void whatWasCutOffComesBackAsItWasAtEachInstantBefore() throws IOException {
    lab.checkpointsKept = 1_000;
    List<Instant> instants = new ArrayList<>();
    List<List<String>> then = new ArrayList<>();
    for (int life = 0; life < 6; life++) {
      Archiver archiver = lab.archiver();
      live(40, life, archiver, true);
      archiver.close();
      instants.add(lab.clock.instant());
      then.add(Lab.lines(lab.log)); // Closed: all is promised.
      lab.clock.tick(Duration.ofSeconds(1));
    }
    lab.requireWhole();
    for (int i = 0; i < instants.size(); i++) {
      assertThat(Lab.restored(lab.restore().toInstant(instants.get(i))))
          .as("after life %d", i)
          .isEqualTo(then.get(i));
    }
  }

  @Test
  void logThatIsTruncatedByItsCheckpointsComesBack() throws IOException {
    Archiver archiver = lab.archiver();
    lab.observer = archiver.observer();
    live(400, 5, archiver, false);
    archiver.close();
    assertThat(WalMaintenance.firstEntryId(lab.log)).isGreaterThan(20);
    lab.requireWhole();
    assertThat(Lab.restored(lab.restore())).isEqualTo(Lab.lines(lab.log));
    // What the log itself has no more.
    assertThat(Lab.restored(lab.restore().toEntry(7))).hasSize(7);
    assertThat(Lab.restored(lab.restore().toEntry(0))).isEmpty();
  }

  @Test
  void nothingIsRemovedThatIsNotArchivedAndAnOutageOfADayLosesNothing() throws IOException {
    FlakyStore flaky = new FlakyStore(lab.store, -1, false, false);
    lab.store = flaky;
    Archiver archiver = lab.archiver();
    lab.observer = archiver.observer();
    lab.checkpointsKept = 1;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "first");
      archiver.step();
      flaky.down = true;
      for (int hour = 0; hour < 24; hour++) {
        for (int i = 0; i < 4; i++) {
          Lab.append(log, lab, hour + "x".repeat(1500));
        }
        lab.publish(log);
        lab.clock.tick(Duration.ofHours(1));
        assertThatThrownBy(archiver::step).hasMessageContaining("down");
        assertThat(archiver.status().behind()).isGreaterThanOrEqualTo(Duration.ofHours(hour + 1));
      }
      assertThat(archiver.status().failure()).isNotNull();
      assertThat(archiver.status().bytesBehind()).isGreaterThan(96 * 1500);
      assertThat(log.firstEntryId()).isEqualTo(1);
      flaky.down = false;
      assertThat(archiver.step()).isTrue();
      assertThat(archiver.status().failure()).isNull();
      assertThat(archiver.status().bytesBehind()).isZero();
      assertThat(archiver.status().behind()).isZero();
      lab.publish(log);
      assertThat(log.firstEntryId()).isGreaterThan(90);
    }
    archiver.close();
    lab.requireWhole();
    for (long id = 0; id <= 97; id++) {
      assertThat(Lab.restored(lab.restore().toEntry(id))).hasSize((int) id);
    }
  }

  @Test
  void ifItIsToldSoSegmentsAreLetGoAndTheRestIsStillOfUse() throws IOException {
    FlakyStore flaky = new FlakyStore(lab.store, -1, false, false);
    lab.store = flaky;
    Archiver archiver = Archiver.of(lab.log, flaky, lab.archiveOptions().letGoAfter(10_000));
    lab.observer = archiver.observer();
    lab.checkpointsKept = 1;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "first");
      archiver.step();
      flaky.down = true;
      for (int i = 0; i < 10; i++) {
        Lab.append(log, lab, i + "x".repeat(1500));
        Lab.append(log, lab, i + "y".repeat(1500)); // Its block promises the entry before it.
        assertThatThrownBy(archiver::step).hasMessageContaining("down");
      }
      lab.publish(log);
      assertThat(log.firstEntryId()).isGreaterThan(10);
      flaky.down = false;
      archiver.step();
      assertThat(lab.verify().notes()).anyMatch(note -> note.contains("something is missing"));
      lab.requireWhole();
      assertThat(Lab.restored(lab.restore())).hasSize(21);
      assertThatThrownBy(() -> Lab.restored(lab.restore().toEntry(9)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void archiverBesideTheWriterHoldsBackWhatIsNotArchived() throws IOException {
    Archiver archiver =
        Archiver.of(lab.log, lab.store, lab.archiveOptions().holdFor(Duration.ofHours(6)));
    lab.checkpointsKept = 1;
    try (WalWriter<String> log = lab.open()) {
      archiver.step();
      for (int i = 0; i < 9; i++) {
        Lab.append(log, lab, i + "x".repeat(1500));
      }
      lab.publish(log);
      assertThat(log.firstEntryId()).isEqualTo(1);
      archiver.step();
      assertThat(WalHolds.list(lab.log, lab.clock.instant()).get(0).fromEntryId()).isGreaterThan(8);
      lab.publish(log);
      assertThat(log.firstEntryId()).isGreaterThan(8);
      for (int i = 0; i < 9; i++) {
        Lab.append(log, lab, i + "y".repeat(1500));
      }
      lab.clock.tick(Duration.ofHours(4));
      archiver.step(); // Renews it.
      lab.clock.tick(Duration.ofHours(4));
      lab.publish(log);
      long kept = log.firstEntryId();
      Lab.append(log, lab, "z".repeat(3000));
      Lab.append(log, lab, "z".repeat(3000));
      lab.clock.tick(Duration.ofHours(3)); // It died.
      lab.publish(log);
      assertThat(log.firstEntryId()).isGreaterThan(kept);
    }
  }

  @Test
  void holdOfAnArchiverThatRunsLastsAsLongAsTheStoreIsAway() throws IOException {
    FlakyStore flaky = new FlakyStore(lab.store, -1, false, false);
    Archiver archiver =
        Archiver.of(lab.log, flaky, lab.archiveOptions().holdFor(Duration.ofHours(6)));
    lab.checkpointsKept = 1;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "first");
    }
    archiver.step(); // All of it.
    assertThat(WalHolds.list(lab.log, lab.clock.instant()).get(0).fromEntryId()).isEqualTo(2);
    lab.clock.tick(Duration.ofDays(1));
    flaky.down = true;
    try (WalWriter<String> log = lab.open()) {
      for (int hour = 0; hour < 24; hour++) {
        for (int i = 0; i < 4; i++) {
          Lab.append(log, lab, hour + "x".repeat(1500));
        }
        assertThatThrownBy(archiver::step).hasMessageContaining("down");
        lab.publish(log);
        assertThat(log.firstEntryId()).isLessThanOrEqualTo(2);
        lab.clock.tick(Duration.ofHours(1));
      }
    }
    flaky.down = false;
    archiver.step();
    lab.requireWhole();
    for (long id = 0; id <= 97; id++) {
      assertThat(Lab.restored(lab.restore().toEntry(id))).hasSize((int) id);
    }
  }

  @Test
  void smallObjectsAreMergedAndOldRecordsGo() throws IOException {
    Archiver archiver = lab.archiver();
    try (WalWriter<String> log =
        WalWriter.open(
            lab.log,
            dev.durability.codec.Codecs.utf8(),
            dev.durability.wal.WalOptions.builder().clock(lab.clock).build())) {
      for (int i = 0; i < 2_100; i++) {
        Lab.append(log, lab, "line " + i);
        archiver.step();
      }
      String timeline = archiver.status().timeline();
      ArchiveState state = new Timeline(lab.store, timeline).load();
      assertThat(state.segments().get(1L).parts()).hasSizeBetween(3, 93);
      assertThat(lab.store.list("records/" + timeline + "/").size()).isLessThan(2_000);
      lab.requireWhole();
      // The last entry is in the archive if its mark was written before the step.
      assertThat(Lab.restored(lab.restore())).hasSizeBetween(2_099, 2_100);
    }
    archiver.close();
    ArchiveState state = new Timeline(lab.store, archiver.status().timeline()).load();
    assertThat(state.segments().get(1L).parts()).hasSize(1);
    assertThat(state.segments().get(1L).ended()).isTrue();
    lab.requireWhole();
    assertThat(Lab.restored(lab.restore())).hasSize(2_100);
  }

  @Test
  void threadArchivesUntilItIsClosedAndThenAllIsThere() throws Exception {
    Archiver archiver =
        Archiver.of(lab.log, lab.store, lab.archiveOptions().interval(Duration.ofMillis(1)));
    lab.observer = archiver.observer();
    archiver.start();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 200; i++) {
        Lab.append(log, lab, i + "x".repeat(i));
      }
    }
    archiver.close();
    archiver.close();
    lab.requireWhole();
    assertThat(Lab.restored(lab.restore())).isEqualTo(Lab.lines(lab.log));
  }

  @Test
  void logThatIsNotThereYetIsWaitedForAndAnotherLogIsRefused() throws IOException {
    Archiver archiver = lab.archiver();
    assertThat(archiver.step()).isFalse();
    lab.open().close();
    assertThat(archiver.step()).isTrue();
    lab.log = new MemoryDirectory();
    lab.open().close();
    assertThatThrownBy(lab.archiver()::step)
        .isInstanceOf(ArchiveConflictException.class)
        .hasMessageContaining("is the archive of the log");
  }

  @Test
  void segmentThatIsDamagedIsNotArchivedAndKeepsWhatFollows() throws IOException {
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 6; i++) {
        Lab.append(log, lab, i + "x".repeat(1500));
      }
      SegmentRange second = log.segments().get(1);
      byte[] bytes = Lab.bytes(lab.log, second.file());
      bytes[500] ^= 1;
      lab.log.delete(second.file());
      try (var file = lab.log.create(second.file(), 0)) {
        file.write(java.nio.ByteBuffer.wrap(bytes));
      }
      Archiver archiver = lab.archiver();
      assertThatThrownBy(archiver::step)
          .isInstanceOf(dev.durability.errors.CorruptLogException.class)
          .hasMessageContaining(second.file());
      assertThat(archiver.status().archivedEntryId()).isEqualTo(second.firstEntryId() - 1);
      lab.requireWhole();
    }
  }
}
