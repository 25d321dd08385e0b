package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.DELETE;
import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockLostException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.frame.FileHeader;
import dev.durability.log.MarkerPosition;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.segment.CheckpointName;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.LosableLock;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is removed from the front of a log, in which order, and when nothing may be. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalTruncationTest {
  private final MemoryDirectory memory = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(memory);

  private WalWriter<String> logOfFiveSegments(WalOptions options) throws IOException {
    WalWriter<String> log = Logs.open(directory, options);
    for (int i = 1; i <= 5; i++) {
      log.appendDurable(i + "x".repeat(3000));
    }
    return log;
  }

  @Test
  void truncatingNeverRemovesTheLiveSegmentAndAppendingGoesOn() throws IOException {
    try (WalWriter<String> log = logOfFiveSegments(Logs.SMALL)) {
      List<SegmentRange> removed = log.truncate(log.lastDurableId());
      assertThat(removed).extracting(SegmentRange::lastEntryId).containsExactly(1L, 2L, 3L, 4L);
      assertThat(log.truncate(log.lastDurableId())).hasSize(1);
      assertThat(log.appendDurable("six")).isEqualTo(6);
      assertThat(log.segments()).hasSize(1);
      assertThatThrownBy(() -> log.truncate(7)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(Logs.entries(directory)).containsExactly("six");
    assertThat(Logs.verdict(directory)).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void markerIsDurableBeforeAnythingIsDeletedOldestFirstAndTheRemovalIsSynced() throws IOException {
    List<String> order = new CopyOnWriteArrayList<>();
    try (WalWriter<String> log = logOfFiveSegments(Logs.SMALL)) {
      directory.before(
          (operation, path) -> {
            if (operation == DELETE || operation == SYNC_DIRECTORY || operation == SYNC_FILE) {
              order.add(operation + (operation == DELETE ? path.substring(23, 25) : ""));
            }
            if (operation == DELETE) {
              assertThat(covered()).as("what a marker says").isEqualTo(3);
            }
          });
      log.truncate(3);
    }
    int first = order.indexOf("DELETE1-");
    assertThat(order.subList(first, first + 4))
        .containsExactly("DELETE1-", "DELETE2-", "DELETE3-", "SYNC_DIRECTORY");
    // The name of the marker's segment and the marker itself, which are synced at the same time.
    assertThat(order.subList(first - 2, first))
        .containsExactlyInAnyOrder("SYNC_DIRECTORY", "SYNC_FILE");
  }

  private long covered() {
    try {
      return WalMaintenance.verify(memory).covered();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void failingDeletionIsAnErrorRecoveryWorksAndTruncatingCanBeTriedAgain() throws IOException {
    for (Fault failure : List.of(Fault.of(DELETE).nth(2), Fault.of(DELETE).nth(2).afterEffect())) {
      FaultDirectory failing = new FaultDirectory(new MemoryDirectory());
      WalWriter<String> log = Logs.open(failing);
      for (int i = 1; i <= 5; i++) {
        log.appendDurable(i + "x".repeat(3000));
      }
      failing.inject(failure);
      assertThatThrownBy(() -> log.truncate(4)).hasMessageContaining("injected");
      assertThat(Logs.verdict(failing)).isNotEqualTo(Verdict.CORRUPT);
      log.truncate(4);
      assertThat(log.segments()).hasSize(2);
      log.appendDurable("next");
      log.close();
      assertThat(Logs.segments(failing)).hasSize(2);
      assertThat(Logs.verdict(failing)).isEqualTo(Verdict.CLEAN);
      assertThat(Logs.entries(failing)).containsExactly(5 + "x".repeat(3000), "next");
    }
  }

  @Test
  void markerOfACheckpointThatIsNotThereIsRefusedAndNothingIsAppended() throws IOException {
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("a");
      assertThatThrownBy(() -> log.appendCheckpoint(1, "elsewhere/none"))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("elsewhere/none");
      assertThat(log.segments()).as("no segment for a marker").hasSize(1);
    }
  }

  @Test
  void markersAndTruncationBeyondWhatIsDurableAreRefusedAndNothingIsAppended() throws IOException {
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("a");
      log.append("not durable");
      for (long id : new long[] {-1, 2}) {
        assertThatThrownBy(() -> log.appendCheckpoint(id, ""))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("entry " + id);
      }
      assertThatThrownBy(() -> log.truncate(2)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.appendCheckpoint(1, "p".repeat(4097)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("too long");
      assertThatThrownBy(() -> log.appendCheckpoint(1, "p".repeat(4096)))
          .isInstanceOf(NoSuchFileException.class);
      assertThat(log.segments()).as("no segment for a marker").hasSize(1);
      assertThat(log.appendCheckpoint(0, ""))
          .isEqualTo(new MarkerPosition(log.segments().get(1).file(), FileHeader.BYTES, 3));
      assertThat(log.append("next")).isEqualTo(3);
    }
  }

  @Test
  void segmentThatIsThereAfterItsDeletionFoundNoneIsAnErrorAndStaysInTheLog() throws IOException {
    boolean[] refuses = {false};
    Directory stubborn =
        new ForwardingDirectory(memory) {
          @Override
          public void delete(String path) throws IOException {
            if (refuses[0]) {
              throw new NoSuchFileException(path);
            }
            super.delete(path);
          }
        };
    try (WalWriter<String> log = Logs.open(stubborn)) {
      log.appendDurable("a".repeat(3000));
      log.appendDurable("b".repeat(3000));
      log.appendDurable("c".repeat(3000));
      refuses[0] = true;
      assertThatThrownBy(() -> log.truncate(2)).isInstanceOf(NoSuchFileException.class);
      refuses[0] = false;
      assertThat(log.segments().get(0).firstEntryId()).isEqualTo(1);
      assertThat(log.truncate(2)).hasSize(2);
    }
  }

  @Test
  void vetoStopsTruncationWithoutHole() throws IOException {
    WalObserver veto =
        new WalObserver() {
          @Override
          public boolean mayRemove(SegmentRange segment) {
            return segment.segmentId() != 3;
          }
        };
    try (WalWriter<String> log = logOfFiveSegments(Logs.small().observer(veto).build())) {
      assertThat(log.truncate(4)).extracting(SegmentRange::segmentId).containsExactly(1L, 2L);
    }
    assertThat(WalMaintenance.segments(directory))
        .extracting(SegmentRange::segmentId)
        .containsExactly(3L, 4L, 5L, 6L);
    assertThat(WalMaintenance.verify(directory).covered())
        .as("the marker is written before anything is asked")
        .isEqualTo(4);
  }

  @Test
  void emptySegmentThatIsLeftAloneAfterTruncationResumesAtItsOwnFirstId() throws IOException {
    try (WalWriter<String> log = logOfFiveSegments(Logs.SMALL)) {
      log.truncate(5);
    }
    Logs.open(directory).close(); // Leaves a segment without entries.
    try (WalWriter<String> log = Logs.open(directory)) {
      assertThat(log.truncate(5)).hasSize(1);
      assertThat(log.lastAppendedId()).isEqualTo(5);
    }
    Logs.open(directory).close();
    try (WalWriter<String> log = Logs.open(directory)) {
      assertThat(log.append("six")).isEqualTo(6);
    }
    assertThat(Logs.entries(directory)).containsExactly("six");
    assertThat(Logs.verdict(directory)).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void writerThatLostTheLockRemovesNothingAndIsPoisoned() throws IOException {
    LosableLock lock = new LosableLock();
    List<SegmentRange> asked = new ArrayList<>();
    Directory losing =
        new ForwardingDirectory(memory) {
          @Override
          public DirectoryLock lock(String path) {
            return lock;
          }
        };
    WalObserver observer =
        new WalObserver() {
          @Override
          public boolean mayRemove(SegmentRange segment) {
            asked.add(segment);
            return true;
          }
        };
    WalWriter<String> log = Logs.open(losing, Logs.small().observer(observer).build());
    log.appendDurable("x".repeat(3_000));
    log.appendDurable("y".repeat(3_000));
    log.appendCheckpoint(1, "");
    Await.until("nothing is left to be promised", () -> promised() == 2);
    lock.lose();
    assertThatThrownBy(() -> log.truncate(1)).isInstanceOf(LockLostException.class);
    assertThat(asked).isEmpty();
    assertThat(log.poison()).isInstanceOf(LockLostException.class);
    assertThat(WalMaintenance.firstEntryId(memory)).isEqualTo(1);
    assertThatThrownBy(() -> log.appendDurable("z")).isInstanceOf(WriterPoisonedException.class);
    log.close();
  }

  private long promised() {
    try {
      return WalMaintenance.verify(memory).promised();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void failedDeletionIsToldAlsoIfTheRemovalOfOthersIsNotDurable() throws IOException {
    WalWriter<String> log = Logs.open(directory);
    for (int i = 0; i < 4; i++) {
      log.appendDurable("x".repeat(3_000));
    }
    log.appendCheckpoint(3, "");
    directory.inject(Fault.of(DELETE).nth(2).saying("the deletion failed"));
    directory.inject(Fault.of(SYNC_DIRECTORY).always().saying("the sync failed"));
    assertThatThrownBy(() -> log.truncate(3))
        .isInstanceOf(WriterPoisonedException.class)
        .hasStackTraceContaining("the sync failed")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .satisfies(it -> assertThat(it).hasMessageContaining("the deletion failed")));
    log.close();
  }

  @Test
  void nothingIsCutOffThatACheckpointOnTheDiskContainsThoughTheLogDoesNotNameIt()
      throws IOException {
    try (WalWriter<String> log = Logs.open(memory)) {
      for (int i = 0; i < 5; i++) {
        log.appendDurable("x");
      }
      LogBuilder files = new LogBuilder(memory);
      files.checkpointFile(CheckpointName.path(4), UUID.randomUUID(), 4);
      files.checkpointFile(CheckpointName.path(3), log.logId(), 3);
      assertThatThrownBy(() -> log.truncateAfter(2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot end at entry 2: a checkpoint covers it up to entry 3.");
      log.truncateAfter(3);
      assertThat(log.lastAppendedId()).isEqualTo(3);
    }
  }

  @Test
  void numbersThatNoEntryHasAreRefusedAndTheLastOnesAreNot() throws IOException {
    long last = Long.MAX_VALUE - 1;
    try (WalWriter<String> log = Logs.open(memory)) {
      log.restartAt(1);
      assertThat(log.appendDurable("a")).isEqualTo(1);
      for (long none : new long[] {-1, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> log.truncateAfter(none))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("no log ends at entry " + none);
      }
      assertThatThrownBy(() -> log.truncateAfter(last))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("cannot cut off what follows entry " + last + ": the log ends at entry 1");
      for (long none : new long[] {0, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> log.restartAt(none))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("not " + none);
      }
      log.restartAt(last);
      assertThat(log.appendDurable("z")).isEqualTo(last);
      assertThatThrownBy(() -> log.append("beyond")).isInstanceOf(DurabilityException.class);
    }
  }

  @Test
  void rangeFromBeforeTheLogStopsWhereItBegins() throws IOException {
    try (WalWriter<String> log = Logs.open(memory)) {
      for (int i = 0; i < 4; i++) {
        log.appendDurable("x".repeat(3_000));
      }
      log.truncate(2);
      assertThat(log.read(1, 4, (id, entry) -> fail("entry " + id))).isEqualTo(1);
      String removed = log.segments().get(0).file();
      memory.delete(removed);
      assertThat(log.read(3)).as("removed by someone else").isNull();
      assertThat(log.read(3, 4, (id, entry) -> fail("entry " + id))).isEqualTo(3);
    }
  }
}
