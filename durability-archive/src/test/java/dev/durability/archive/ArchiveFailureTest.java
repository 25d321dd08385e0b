package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What failures, kills and damage do to an archive. */
class ArchiveFailureTest {
  @Test
  void storeThatFailsAtOrAfterAnyCallAndKillsThereLoseNothingAndLeaveNoHole() throws IOException {
    for (boolean afterEffect : new boolean[] {false, true}) {
      for (boolean kills : new boolean[] {false, true}) {
        long calls = Long.MAX_VALUE;
        for (long call = 1; call <= calls; call++) {
          Lab lab = new Lab();
          FlakyStore store = new FlakyStore(lab.store, call, afterEffect, kills);
          lab.archiveThrough(store);
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

  @Test
  void storeThatTakesItsTimeAtAnyCallLosesNothing() throws IOException {
    long calls = Long.MAX_VALUE;
    for (long call = 1; call <= calls; call++) {
      Lab lab = new Lab();
      lab.checkpointsKept = 1;
      FlakyStore slow = new FlakyStore(lab.store, call, false, false);
      slow.meanwhile = () -> lab.goOn();
      Archiver archiver = Archiver.of(lab.log, slow, lab.archiveOptions());
      lab.observer = archiver.observer();
      for (int i = 0; i < 3; i++) {
        lab.goOn();
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
  void segmentWithoutAHeaderIsNamedAndNothingIsArchivedInItsPlace() throws IOException {
    Lab lab = new Lab();
    lab.goOn();
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
    lab.archiveThrough(store);
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
    lab.archiveThrough(store);
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
}
