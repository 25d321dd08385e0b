package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.log.LogReport;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What failures, kills, other archivers and damage do to an archive. */
class ArchiveFailureTest {

  /** Steps with appends, a checkpoint and openings between them; tries a step again that fails. */
  private static void archive(Lab lab, FlakyStore store) throws IOException {
    Archiver archiver = Archiver.of(lab.log, store, options(lab));
    WalWriter<String> log = lab.open();
    for (int i = 0; i < 12; i++) {
      Lab.append(log, lab, i + "x".repeat(i % 3 * 1000));
      if (i == 5 || i == 8) {
        lab.publish(log);
      }
      if (i == 7) {
        log.close();
        log = lab.open();
      }
      archiver = step(lab, store, archiver);
    }
    log.close();
    step(lab, store, archiver).close();
  }

  private static ArchiveOptions options(Lab lab) {
    return lab.archiveOptions().retention(new Retention(1, Duration.ofDays(1)));
  }

  private static Archiver step(Lab lab, FlakyStore store, Archiver archiver) throws IOException {
    try {
      archiver.step();
      return archiver;
    } catch (FlakyStore.Killed killed) {
      Archiver next = Archiver.of(lab.log, store, options(lab));
      next.step();
      return next;
    } catch (IOException failed) {
      assertThat(failed).hasMessageContaining("fails");
      archiver.step();
      return archiver;
    }
  }

  @Test
  void storeThatFailsAtOrAfterAnyCallAndKillsThereLoseNothingAndLeaveNoHole() throws IOException {
    for (boolean afterEffect : new boolean[] {false, true}) {
      for (boolean kills : new boolean[] {false, true}) {
        long calls = Long.MAX_VALUE;
        for (long call = 1; call <= calls; call++) {
          Lab lab = new Lab();
          FlakyStore store = new FlakyStore(lab.store, call, afterEffect, kills);
          archive(lab, store);
          calls = store.calls;
          String where = "call " + call + " after effect " + afterEffect + " kills " + kills;
          assertThat(lab.verify().problems()).as(where).isEmpty();
          assertThat(Timeline.list(lab.store)).as(where).hasSizeLessThanOrEqualTo(2);
          assertThat(Lab.restored(lab.restore())).as(where).isEqualTo(Lab.lines(lab.log));
        }
        assertThat(calls).isGreaterThan(40);
      }
    }
  }

  /** Writes, ends segments, publishes, removes what is covered, and opens the log again. */
  private static void goOn(Lab lab) {
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 4; i++) {
        Lab.append(log, lab, "meanwhile " + i + "x".repeat(1500));
      }
      lab.publish(log);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void storeThatTakesItsTimeAtAnyCallLosesNothing() throws IOException {
    long calls = Long.MAX_VALUE;
    for (long call = 1; call <= calls; call++) {
      Lab lab = new Lab();
      lab.checkpointsKept = 1;
      FlakyStore slow = new FlakyStore(lab.store, call, false, false);
      slow.meanwhile = () -> goOn(lab);
      Archiver archiver = Archiver.of(lab.log, slow, lab.archiveOptions());
      lab.observer = archiver.observer();
      for (int i = 0; i < 3; i++) {
        goOn(lab);
        archiver.step();
      }
      calls = slow.calls;
      archiver.close();
      lab.requireWhole();
      assertThat(lab.verify().notes())
          .as("call %d", call)
          .noneMatch(note -> note.contains("something is missing"));
      assertThat(Lab.restored(lab.restore())).as("call %d", call).isEqualTo(Lab.lines(lab.log));
      assertThat(Timeline.list(lab.store)).as("call %d", call).hasSize(1);
      for (long id = 1; id <= 12; id++) {
        assertThat(Lab.restored(lab.restore().toEntry(id))).hasSize((int) id);
      }
    }
    assertThat(calls).isGreaterThan(20);
  }

  @Test
  void logThatIsPutBackUnderARunningArchiverBeginsATimelineOfItsOwn() throws IOException {
    Lab lab = new Lab();
    Archiver archiver = lab.archiver();
    goOn(lab);
    archiver.step();
    MemoryDirectory old = Lab.copy(lab.log);
    goOn(lab);
    goOn(lab);
    archiver.step();
    String before = archiver.status().timeline();
    for (String path : LogNames.segments(lab.log).values()) {
      lab.log.delete(path);
    }
    for (String path : LogNames.segments(old).values()) {
      try (var file = lab.log.create(path, 0)) {
        file.write(java.nio.ByteBuffer.wrap(Lab.bytes(old, path)));
      }
    }
    archiver.step();
    assertThat(archiver.status().timeline()).isNotEqualTo(before);
    archiver.close();
    lab.requireWhole();
    assertThat(Lab.restored(lab.restore())).hasSize(4);
    assertThat(Lab.restored(lab.restore().timeline(before))).hasSize(12);
  }

  @Test
  void segmentWithoutAHeaderIsNamedAndNothingIsArchivedInItsPlace() throws IOException {
    Lab lab = new Lab();
    goOn(lab);
    String last = LogNames.segments(lab.log).lastEntry().getValue();
    byte[] bytes = Lab.bytes(lab.log, last);
    bytes[20] ^= 1;
    lab.log.delete(last);
    try (var file = lab.log.create(last, 0)) {
      file.write(java.nio.ByteBuffer.wrap(bytes));
    }
    assertThatThrownBy(lab.archiver()::step)
        .isInstanceOf(dev.durability.errors.CorruptLogException.class)
        .hasMessageContaining(last)
        .hasMessageContaining("header");
    assertThatThrownBy(() -> Backup.copy(lab.log, new MemoryDirectory(), lab.clock, Progress.NONE))
        .hasMessageContaining(last);
  }

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
    lab.log.delete(first);
    try (var file = lab.log.create(first, 0)) {
      file.write(java.nio.ByteBuffer.wrap(bytes));
    }
    assertThatThrownBy(() -> Backup.copy(lab.log, new MemoryDirectory(), lab.clock, Progress.NONE))
        .isInstanceOf(dev.durability.errors.DurabilityException.class)
        .hasMessageContaining("durability verify");
    assertThat(dev.durability.wal.WalHolds.list(lab.log, lab.clock.instant())).isEmpty();
  }

  @Test
  void failureOfAnyStepOfTheDirectoryOfTheStoreLeavesAnArchiveThatGoesOn() throws IOException {
    for (Fault.Operation operation :
        List.of(
            Fault.Operation.CREATE_DIRECTORIES,
            Fault.Operation.LOCK,
            Fault.Operation.EXISTS,
            Fault.Operation.CREATE,
            Fault.Operation.WRITE,
            Fault.Operation.SYNC_FILE,
            Fault.Operation.RENAME,
            Fault.Operation.SYNC_DIRECTORY,
            Fault.Operation.OPEN,
            Fault.Operation.LIST,
            Fault.Operation.READ,
            Fault.Operation.SIZE,
            Fault.Operation.DELETE)) {
      failingAtEach(operation);
    }
  }

  private static void failingAtEach(Fault.Operation operation) throws IOException {
    boolean failed = true;
    for (int nth = 1; failed; nth++) {
      Lab lab = new Lab();
      FaultDirectory failing = new FaultDirectory(lab.objects);
      lab.store = DirectoryStore.of(failing, "failing");
      try (WalWriter<String> log = lab.open()) {
        Lab.append(log, lab, "one");
        Archiver archiver = lab.archiver();
        failing.inject(Fault.of(operation).nth(nth));
        failed = false;
        for (int i = 0; i < 4; i++) {
          Lab.append(log, lab, i + "x".repeat(1500));
          try {
            archiver.step();
          } catch (IOException injected) {
            failed = true;
            archiver = lab.archiver();
          }
        }
        lab.store = DirectoryStore.of(lab.objects, "works again");
        lab.archiver().step();
        lab.requireWhole();
        assertThat(Lab.restored(lab.restore()))
            .as("%s %d", operation, nth)
            .hasSizeGreaterThanOrEqualTo(4);
      }
    }
  }

  @Test
  void restoreThatIsBrokenOffAnywhereLeavesNothingThatOpensAsAShorterLog() throws IOException {
    Lab lab = new Lab();
    FlakyStore store = new FlakyStore(lab.store, -1, false, false);
    archive(lab, store);
    long last = WalMaintenance.verify(lab.log).intact();
    for (Fault.Operation operation :
        List.of(
            Fault.Operation.CREATE,
            Fault.Operation.WRITE,
            Fault.Operation.SYNC_FILE,
            Fault.Operation.RENAME,
            Fault.Operation.SYNC_DIRECTORY)) {
      boolean failed = true;
      for (int nth = 1; failed; nth++) {
        MemoryDirectory target = new MemoryDirectory();
        FaultDirectory failing = new FaultDirectory(target);
        failing.inject(Fault.of(operation).nth(nth));
        try {
          var unused = lab.restore().into(failing);
          failed = false;
        } catch (IOException injected) {
          assertThat(injected).hasMessageContaining("injected");
        }
        assertThat(entries(target)).as("%s %d", operation, nth).isIn(-1L, last);
      }
    }
  }

  /** The last entry of the log there, -1 if it is refused or not there. */
  private static long entries(MemoryDirectory target) throws IOException {
    try (WalWriter<String> log =
        WalWriter.open(
            target,
            Codecs.utf8(),
            WalOptions.builder().openMode(dev.durability.log.OpenMode.OPEN_ONLY).build())) {
      return log.lastAppendedId();
    } catch (IOException refused) {
      return -1;
    }
  }

  @Test
  void flippedBitOrMissingObjectIsFoundAndNamedAndNeverRestoredUnsaid() throws IOException {
    Lab lab = new Lab();
    FlakyStore store = new FlakyStore(lab.store, -1, false, false);
    lab.checkpointsKept = 9;
    archive(lab, store);
    List<String> all = Lab.lines(lab.log);
    int refused = 0;
    int around = 0;
    Timeline timeline = new Timeline(lab.store, Timeline.list(lab.store).get(0));
    ArchiveState state = timeline.load();
    Set<String> needed = state.keys();
    String newest = timeline.recordKey(state.seq());
    for (String key : lab.keys()) {
      byte[] bytes = Lab.bytes(lab.objects, key);
      for (boolean missing : new boolean[] {false, true}) {
        byte[] flipped = bytes.clone();
        flipped[bytes.length / 2] ^= 4;
        lab.overwrite(key, flipped);
        if (missing) {
          lab.objects.delete(key);
        }
        // Nothing tells that the newest record was there, but the objects that it named.
        boolean isNewest = missing && key.equals(newest);
        if (isNewest) {
          assertThat(lab.verify().notes())
              .as(key)
              .anyMatch(text -> text.contains("nothing refers"));
        } else if (key.startsWith("records/") || needed.contains(key)) {
          assertThat(lab.verify().problems()).as(key).anyMatch(text -> text.contains(key));
        }
        try {
          MemoryDirectory target = new MemoryDirectory();
          RestoreReport report = lab.restore().into(target);
          if (isNewest) {
            assertThat(report.notes())
                .anyMatch(text -> text.contains("a record that is not there"));
          } else {
            assertThat(Lab.lines(target)).as(key).isEqualTo(all);
          }
          around += report.notes().isEmpty() ? 0 : 1;
        } catch (DamagedArchiveException e) {
          assertThat(e.key()).isEqualTo(key);
          refused++;
        }
        if (missing) {
          try (var file = lab.objects.create(key, 0)) {
            file.write(java.nio.ByteBuffer.wrap(bytes));
          }
        } else {
          lab.overwrite(key, bytes);
        }
      }
    }
    assertThat(refused).isGreaterThan(5);
    assertThat(around).isGreaterThan(0);
    lab.requireWhole();
  }

  @Test
  void ofTwoArchiversOfOneTimelineTheOneThatTookOverGoesOnAndTheOtherStops() throws IOException {
    Lab lab = new Lab();
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "one");
      Archiver first = lab.archiver();
      first.step();
      Archiver second = lab.archiver();
      Lab.append(log, lab, "two");
      second.step();
      Lab.append(log, lab, "three");
      assertThatThrownBy(first::step).isInstanceOf(ArchiveConflictException.class);
      assertThatThrownBy(first::step).isInstanceOf(ArchiveConflictException.class);
      assertThat(first.status().failure()).isInstanceOf(ArchiveConflictException.class);
      second.step();
      first.close();
      lab.requireWhole();
      assertThat(Timeline.list(lab.store)).hasSize(1);
    }
  }

  @Test
  void stalledArchiverFindsItsRecordsNameFreeAgainAndStopsAllTheSame() throws IOException {
    Lab lab = new Lab();
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "one");
      Archiver stalled = lab.archiver();
      stalled.step();
      Archiver second = Archiver.of(lab.log, lab.store, lab.archiveOptions());
      for (int i = 0; i < 10; i++) {
        Lab.append(log, lab, i + "x".repeat(1500));
        second.step();
      }
      String timeline = second.status().timeline();
      lab.objects.delete(new Timeline(lab.store, timeline).recordKey(2));
      assertThatThrownBy(stalled::step).isInstanceOf(ArchiveConflictException.class);
    }
  }

  @Test
  void copiesThatBothGoOnBeginTimelinesOfTheirOwnAndBothComeBack() throws IOException {
    Lab lab = new Lab();
    Archiver archiver = lab.archiver();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 5; i++) {
        Lab.append(log, lab, "both " + i);
      }
    }
    archiver.step();
    MemoryDirectory copy = Lab.copy(lab.log);
    MemoryDirectory original = lab.log;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "original");
      Lab.append(log, lab, "mark");
    }
    archiver.step();
    lab.clock.tick(Duration.ofSeconds(5));
    lab.log = copy;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "copy");
      Lab.append(log, lab, "mark");
      Lab.append(log, lab, "mark");
    }
    Archiver ofCopy = lab.archiver();
    ofCopy.step();
    lab.log = original;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "goes on");
    }
    archiver.close(); // Nothing stopped it.
    lab.requireWhole();
    List<String> timelines = Timeline.list(lab.store);
    assertThat(timelines).hasSize(2);
    assertThat(Lab.restored(lab.restore().timeline(timelines.get(0))))
        .isEqualTo(Lab.lines(original))
        .contains("original", "goes on");
    assertThat(Lab.restored(lab.restore())).isEqualTo(Lab.lines(copy)).contains("copy");
    assertThat(Archive.open(lab.store).timelines().get(1).parent()).isEqualTo(timelines.get(0));
  }

  @Test
  void copyWhoseHistoryDiffersIsToldAlsoIfTheNewestArchivedSegmentHasNoEntries()
      throws IOException {
    Lab lab = new Lab();
    MemoryDirectory original = lab.log;
    MemoryDirectory copy;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "both");
      Lab.append(log, lab, "both");
      lab.archiver().step();
      copy = Lab.copy(original);
      Lab.append(log, lab, "original");
      Lab.append(log, lab, "original");
    }
    List<String> lines = Lab.lines(original);
    try (WalWriter<String> log = lab.open()) {
      assertThat(log.lastDurableId()).isEqualTo(4);
      lab.archiver().step(); // A segment without entries is the newest.
    }
    lab.clock.tick(Duration.ofSeconds(5));
    lab.log = copy;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "copy");
    }
    lab.archiver().close();
    lab.requireWhole();
    List<String> timelines = Timeline.list(lab.store);
    assertThat(timelines).hasSize(2);
    assertThat(Lab.restored(lab.restore().timeline(timelines.get(0)))).isEqualTo(lines);
    assertThat(Lab.restored(lab.restore())).isEqualTo(Lab.lines(copy)).contains("copy");
  }

  @Test
  void restoredLogThatGoesOnBeginsATimelineThatSaysWhereItCameFrom() throws IOException {
    Lab lab = new Lab();
    archive(lab, new FlakyStore(lab.store, -1, false, false));
    Instant then = lab.clock.instant();
    lab.clock.tick(Duration.ofMinutes(1));
    MemoryDirectory target = new MemoryDirectory();
    List<String> restored = Lab.restored(lab.restore().toEntry(9), target);
    lab.log = target;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "after");
    }
    lab.archiver().close();
    lab.requireWhole();
    List<TimelineInfo> timelines = Archive.open(lab.store).timelines();
    assertThat(timelines).hasSize(2);
    assertThat(timelines.get(1).parent()).isEqualTo(timelines.get(0).id() + "/9");
    restored.add("after");
    assertThat(Lab.restored(lab.restore())).isEqualTo(restored);
    assertThat(Lab.restored(lab.restore().timeline(timelines.get(0).id()))).hasSize(12);
    assertThat(Lab.restored(lab.restore().timeline(timelines.get(0).id()).toInstant(then)))
        .hasSize(12);
  }

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

  @Test
  void putIfAbsentIsExactUnderARace() throws Exception {
    Lab lab = new Lab();
    int threads = 8;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 20; round++) {
        String key = "data/t/" + round;
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Boolean>> puts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          byte[] content = {(byte) i, (byte) i};
          puts.add(
              pool.submit(
                  () -> {
                    go.await();
                    return lab.store.putIfAbsent(key, ObjectContent.of(content));
                  }));
        }
        go.countDown();
        int winner = -1;
        for (int i = 0; i < threads; i++) {
          if (puts.get(i).get()) {
            assertThat(winner).isEqualTo(-1);
            winner = i;
          }
        }
        assertThat(Timeline.read(lab.store, key, 9)).containsExactly(winner, winner);
      }
    } finally {
      pool.shutdownNow();
    }
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
    assertThat(Archive.open(lab.store).timelines())
        .extracting(TimelineInfo::lastEntryId)
        .containsExactly(1L, 3L, 5L);
    assertThat(lab.log.exists("archive")).isFalse();
    lab.requireWhole();
  }
}
