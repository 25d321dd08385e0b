package dev.durability.pekko;

import static dev.durability.pekko.Events.append;
import static dev.durability.pekko.Events.delete;
import static dev.durability.pekko.Events.join;
import static dev.durability.pekko.Events.numbers;
import static dev.durability.pekko.Events.open;
import static dev.durability.pekko.Events.openFlushedOnly;
import static dev.durability.pekko.Events.persist;
import static dev.durability.pekko.Events.replay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockHeldException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventLogTest {
  private final CrashDirectory disk = new CrashDirectory();

  @Test
  void eventsOfManyIdsAreReplayedEachInOrderAlsoAfterReopening() throws IOException {
    try (EventLog log = open(disk)) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int number = 1; number <= 300; number++) {
        for (int id = 0; id < 10; id++) {
          all.add(append(log, "id" + id, number, number));
        }
      }
      for (CompletableFuture<Void> each : all) {
        join(each);
      }
      assertThat(replay(log, "id3")).isEqualTo(numbers(1, 300));
    }
    try (EventLog log = open(disk)) {
      assertThat(replay(log, "id9")).isEqualTo(numbers(1, 300));
      assertThat(replay(log, "id0", 100, 200, 5)).isEqualTo(numbers(100, 104));
      assertThat(replay(log, "id0", 290, Long.MAX_VALUE, 50)).isEqualTo(numbers(290, 300));
      assertThat(replay(log, "nobody")).isEmpty();
      assertThat(log.index().highest("id5")).isEqualTo(300);
      assertThat(log.index().highest("nobody")).isZero();
      persist(log, "id0", 301, 301);
      assertThat(replay(log, "id0", 300, Long.MAX_VALUE, 9)).isEqualTo(numbers(300, 301));
    }
  }

  @Test
  void deletionHidesEventsAndKeepsTheHighestNumber() throws IOException {
    try (EventLog log = open(disk)) {
      persist(log, "a", 1, 5); // One entry: the deletion ends in the middle of it.
      persist(log, "a", 6, 6);
      delete(log, "a", 3);
      assertThat(replay(log, "a")).isEqualTo(numbers(4, 6));
      delete(log, "a", Long.MAX_VALUE);
      delete(log, "unknown", Long.MAX_VALUE);
      assertThat(replay(log, "a")).isEmpty();
    }
    try (EventLog log = open(disk)) {
      assertThat(replay(log, "a")).isEmpty();
      assertThat(log.index().highest("a")).isEqualTo(6);
      assertThat(log.index().highest("unknown")).isZero();
      persist(log, "a", 7, 7);
      assertThat(replay(log, "a")).isEqualTo(numbers(7, 7));
    }
  }

  @Test
  void deletedEventsLeaveTheLog() throws IOException {
    try (EventLog log = open(disk)) {
      for (int round = 0; round < 20; round++) {
        persist(log, "a", 1 + 50L * round, 50 + 50L * round);
        delete(log, "a", 40 + 50L * round);
        log.tidy();
      }
      assertThat(WalMaintenance.firstEntryId(disk)).isGreaterThan(1);
      assertThat(WalMaintenance.segments(disk)).hasSizeLessThan(12);
      assertThat(replay(log, "a")).isEqualTo(numbers(991, 1000));
    }
    try (EventLog log = open(disk)) {
      assertThat(replay(log, "a")).isEqualTo(numbers(991, 1000));
    }
  }

  @Test
  void oldEventsOfAnIdleIdDoNotPinTheLog() throws IOException {
    try (EventLog log = open(disk)) {
      persist(log, "idle", 1, 1);
      persist(log, "idle", 2, 3);
      for (int round = 0; round < 10; round++) {
        for (int i = 1; i <= 50; i++) {
          persist(log, "busy", 50L * round + i, 50L * round + i);
        }
        delete(log, "busy", Long.MAX_VALUE);
        log.tidy();
      }
      assertThat(WalMaintenance.firstEntryId(disk)).isGreaterThan(300);
      assertThat(replay(log, "idle")).isEqualTo(numbers(1, 3));
      persist(log, "idle", 4, 4);
    }
    try (EventLog log = open(disk)) {
      assertThat(replay(log, "idle")).isEqualTo(numbers(1, 4));
      assertThat(log.index().highest("busy")).isEqualTo(500);
    }
  }

  @Test
  void nothingIsCopiedWhileNothingIsDeleted() throws IOException {
    try (EventLog log = open(disk)) {
      for (int i = 1; i <= 200; i++) {
        persist(log, "a", i, i);
      }
      log.tidy();
      log.tidy();
      assertThat(WalMaintenance.firstEntryId(disk)).isEqualTo(1);
      assertThat(WalMaintenance.segments(disk))
          .allSatisfy(each -> assertThat(each.lastEntryId()).isLessThanOrEqualTo(200));
      assertThat(replay(log, "a")).isEqualTo(numbers(1, 200));
    }
  }

  @Test
  void readersGoOnWhileTheLogIsTidied() throws Exception {
    try (EventLog log = open(disk)) {
      for (int i = 1; i <= 40; i++) {
        persist(log, "kept", i, i);
        persist(log, "other", 3L * i, 3L * i + 2);
      }
      CompletableFuture<Void> reading =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int i = 0; i < 200; i++) {
                    assertThat(replay(log, "kept")).isEqualTo(numbers(1, 40));
                  }
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      for (long i = 1; !reading.isDone(); i++) {
        persist(log, "other", 1_000 + i, 1_000 + i);
        delete(log, "other", Long.MAX_VALUE);
        log.tidy();
      }
      reading.get(300, TimeUnit.SECONDS);
    }
  }

  @Test
  void aDamagedCheckpointIsReplacedByTheOneBefore() throws IOException {
    try (EventLog log = open(disk)) {
      for (int i = 1; i <= 100; i++) {
        persist(log, "a", i, i);
        if (i % 20 == 0) {
          delete(log, "a", i - 10);
          log.tidy();
        }
      }
    }
    List<String> checkpoints = disk.list("checkpoints");
    assertThat(checkpoints).hasSizeGreaterThanOrEqualTo(2);
    disk.damage(
        "checkpoints/" + checkpoints.get(checkpoints.size() - 1), 100, new byte[] {1, 2, 3, 4});
    try (EventLog log = open(disk)) {
      assertThat(replay(log, "a")).isEqualTo(numbers(91, 100));
      assertThat(log.index().highest("a")).isEqualTo(100);
    }
  }

  @Test
  void aLogWhoseCheckpointsAreAllGoneIsRefused() throws IOException {
    oneThatWasTruncated();
    for (String each : disk.list("checkpoints")) {
      disk.delete("checkpoints/" + each);
    }
    assertThatThrownBy(() -> open(disk)).isInstanceOf(DurabilityException.class);
  }

  private void oneThatWasTruncated() throws IOException {
    try (EventLog log = open(disk)) {
      for (int i = 1; i <= 200; i++) {
        persist(log, "a", i, i);
        if (i % 40 == 0) {
          delete(log, "a", i);
          log.tidy();
        }
      }
    }
    assertThat(WalMaintenance.firstEntryId(disk)).isGreaterThan(1);
  }

  @Test
  void aSecondWriterIsRefused() throws IOException {
    try (EventLog log = open(disk)) {
      persist(log, "a", 1, 1);
      assertThatThrownBy(() -> open(disk)).isInstanceOf(LockHeldException.class);
    }
  }

  @Test
  void whatCouldNotBeWrittenFailsAndIsRecoveredOnceThereIsRoom() throws Exception {
    FaultDirectory full = new FaultDirectory(new MemoryDirectory());
    try (EventLog log = open(full)) {
      persist(log, "a", 1, 1);
      full.fillUpAfter(0);
      CompletableFuture<Void> failed = append(log, "a", 2, 2);
      assertThatThrownBy(() -> join(failed)).isInstanceOf(OutcomeOpenException.class);
      assertThat(replay(log, "a")).isEqualTo(numbers(1, 1));
      // An actor that is started now must not recover something else than it would later.
      assertThatThrownBy(() -> join(log.settled())).isInstanceOf(IOException.class);

      full.makeRoom();
      join(log.settled());
      assertThat(replay(log, "a")).isEqualTo(numbers(1, 2));
      persist(log, "a", 3, 3);
      assertThat(replay(log, "a")).isEqualTo(numbers(1, 3));
    }
    try (EventLog log = open(full)) {
      assertThat(replay(log, "a")).isEqualTo(numbers(1, 3));
    }
  }

  @Test
  void afterAFailedSyncEverythingFailsUntilTheLogIsOpenedAgain() throws IOException {
    FaultDirectory faulty = new FaultDirectory(disk);
    EventLog log = open(faulty);
    persist(log, "a", 1, 1);
    faulty.inject(Fault.of(Fault.Operation.SYNC_FILE).always());
    CompletableFuture<Void> failed = append(log, "a", 2, 2);
    assertThatThrownBy(() -> join(failed)).isInstanceOf(WriterPoisonedException.class);
    faulty.heal();
    assertThatThrownBy(() -> persist(log, "a", 3, 3)).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(() -> join(log.settled())).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(log::close).isInstanceOf(IOException.class);
    log.close(); // Does nothing.

    try (EventLog again = open(disk)) {
      assertThat(replay(again, "a")).startsWith(1L).doesNotContain(3L);
    }
  }

  @Test
  void waitingForWhatWasAppendedBeforeSeesIt() throws IOException {
    try (EventLog log = open(disk)) {
      join(log.settled());
      for (int i = 1; i <= 100; i++) {
        CompletableFuture<Void> unused = append(log, "a", i, i);
        join(log.settled());
        assertThat(log.index().highest("a")).isEqualTo(i);
      }
    }
  }

  @Test
  void eventsOfTwoWritersAtOnceComeInTheOrderInWhichTheyWereWritten() throws IOException {
    try (EventLog log = open(disk)) {
      persist(log, "a", 1, 1);
      persist(log, "a", 2, 2);
      persist(log, "a", 3, 3);
      persist(log, "a", 2, 2); // Another incarnation, which Pekko's replay filter tells apart.
      assertThat(replay(log, "a")).containsExactly(1L, 2L, 3L, 2L);
      delete(log, "a", 2);
      assertThat(replay(log, "a")).containsExactly(3L);
    }
  }

  @Test
  void anAtomicWriteThatIsTooLargeIsRefusedAndNothingElse() throws IOException {
    try (EventLog log = open(disk)) {
      assertThatThrownBy(() -> log.append(Events.write("a", 1, 1, 2 << 20)))
          .isInstanceOf(IllegalArgumentException.class);
      persist(log, "a", 1, 1);
      assertThat(replay(log, "a")).isEqualTo(numbers(1, 1));
    }
  }

  @Test
  void checkpointsAreWrittenInTheBackgroundOnceThereIsEnoughNew() throws Exception {
    Settings often =
        new Settings(
            Events.settings(true).directory(),
            true,
            Events.settings(true).syncInterval(),
            4096,
            1 << 20,
            8192);
    try (EventLog log = EventLog.open(disk, often, (what, cause) -> {})) {
      for (int i = 1; !disk.exists("checkpoints") || disk.list("checkpoints").isEmpty(); i++) {
        persist(log, "a", i, i);
      }
    }
  }

  @Test
  void aFailedCheckpointIsToldAndTriedAgain() throws Exception {
    FaultDirectory faulty = new FaultDirectory(new MemoryDirectory());
    faulty.inject(Fault.of(Fault.Operation.RENAME).on(path -> path.contains("ckpt")));
    Settings often =
        new Settings(
            Events.settings(true).directory(),
            true,
            Events.settings(true).syncInterval(),
            4096,
            1 << 20,
            4096);
    List<String> told = new ArrayList<>();
    try (EventLog log = EventLog.open(faulty, often, (what, cause) -> told.add(what))) {
      for (int i = 1; !hasCheckpoint(faulty); i++) {
        persist(log, "a", i, i);
      }
    }
    assertThat(told).hasSize(1);
    assertThat(told.get(0)).contains("checkpoint");
  }

  private static boolean hasCheckpoint(FaultDirectory directory) throws IOException {
    return directory.exists("checkpoints")
        && directory.list("checkpoints").stream().anyMatch(each -> each.endsWith(".ckpt"));
  }

  @Test
  void aMissingEntryIsAnErrorAndNotAGap() throws IOException {
    try (EventLog log = open(disk)) {
      for (int i = 1; i <= 100; i++) {
        persist(log, "a", i, i);
      }
    }
    try (EventLog log = open(disk)) {
      String first =
          disk.list("wal").stream().filter(each -> each.endsWith(".wal")).findFirst().orElseThrow();
      disk.delete("wal/" + first);
      assertThatThrownBy(() -> replay(log, "a"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasAcknowledgedSurvivesTheDeathOfTheProcess(boolean isSynced) throws IOException {
    CrashDirectory after;
    try (EventLog log = isSynced ? open(disk) : openFlushedOnly(disk)) {
      persist(log, "a", 1, 3);
      persist(log, "b", 1, 1);
      delete(log, "a", 1);
      log.tidy();
      persist(log, "b", 2, 2);
      assertThat(replay(log, "b")).isEqualTo(numbers(1, 2));
      after = disk.copy().afterKill();
    }
    try (EventLog log = isSynced ? open(after) : openFlushedOnly(after)) {
      assertThat(replay(log, "a")).isEqualTo(numbers(2, 3));
      assertThat(replay(log, "b")).isEqualTo(numbers(1, 2));
    }
  }

  @Test
  void aFullDiskFailsWritesThatAreOnlyFlushed() throws Exception {
    FaultDirectory full = new FaultDirectory(new MemoryDirectory());
    try (EventLog log = openFlushedOnly(full)) {
      persist(log, "a", 1, 1);
      full.fillUpAfter(0);
      assertThatThrownBy(() -> persist(log, "a", 2, 2)).isInstanceOf(OutcomeOpenException.class);
      full.makeRoom();
      persist(log, "a", 3, 3);
      assertThat(replay(log, "a")).isEqualTo(numbers(1, 3));
    }
  }

  @Test
  void subscribersAreWokenByEventsOfTheirIdUntilTheyEnd() throws Exception {
    try (EventLog log = open(disk)) {
      Subscriptions.Subscription ofA = log.subscriptions().to("a");
      Subscriptions.Subscription ofAll = log.subscriptions().to(null);
      CompletableFuture<Void> a = ofA.arm();
      CompletableFuture<Void> all = ofAll.arm();
      persist(log, "b", 1, 1);
      all.get(300, TimeUnit.SECONDS);
      assertThat(a).isNotDone();
      persist(log, "a", 1, 1);
      a.get(300, TimeUnit.SECONDS);
      ofA.close();
      ofAll.close();
      CompletableFuture<Void> ended = ofA.arm();
      persist(log, "a", 2, 2);
      assertThat(ended).isNotDone();
    }
  }
}
