package dev.durability.testkit.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.codec.Codecs;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What fails, or is asked for, while the end of a log is cut off. */
@Timeout(600)
class CutFaultTest {
  private final FaultDirectory directory = new FaultDirectory(new MemoryDirectory());
  private final WalOptions options =
      WalOptions.builder()
          .segmentBytes(4096)
          .preallocatedBytesMax(0)
          .flushPolicy(FlushPolicy.every(1_000))
          .build();

  private WalWriter<String> open() throws IOException {
    return WalWriter.open(directory, Codecs.utf8(), options);
  }

  /** A log of ten durable entries. */
  private WalWriter<String> openWithTen() throws IOException {
    WalWriter<String> log = open();
    for (int i = 1; i <= 10; i++) {
      long unused = log.append("old" + i);
    }
    log.sync();
    return log;
  }

  private void fillUp() {
    directory.inject(
        Fault.of(Fault.Operation.WRITE).on(path -> path.endsWith(".tmp")).noSpace().always());
  }

  private List<String> read() throws IOException {
    return WalReader.of(directory, Codecs.utf8()).readAll().stream()
        .map(each -> each.id() + each.entry())
        .toList();
  }

  private void assertClean(long intact) throws IOException {
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).as(report.toString()).isEqualTo(Verdict.CLEAN);
    assertThat(report.intact()).as(report.toString()).isEqualTo(intact);
  }

  private static @Nullable String text(@Nullable WalRecord<String> found) {
    return found == null ? null : found.entry();
  }

  private static void cutWithoutRoom(WalWriter<String> log, long lastId) {
    assertThatExceptionOfType(OutcomeOpenException.class)
        .isThrownBy(() -> log.truncateAfter(lastId));
  }

  @Test
  void theNextSyncCutsOnceThereIsRoom() throws IOException {
    try (WalWriter<String> log = openWithTen()) {
      fillUp();
      cutWithoutRoom(log, 5);
      assertThat(log.append("new6")).isEqualTo(6);
      assertThatExceptionOfType(OutcomeOpenException.class).isThrownBy(log::sync);
      directory.heal().makeRoom();
      log.sync();
      assertThat(log.lastDurableId()).isEqualTo(6);
      assertThat(text(log.read(6))).isEqualTo("new6");
      assertThat(log.read(7)).isNull();
    }
    assertClean(6);
    assertThat(read()).endsWith("5old5", "6new6");
  }

  @Test
  void aFlushCutsOnceThereIsRoom() throws IOException {
    try (WalWriter<String> log = openWithTen()) {
      fillUp();
      cutWithoutRoom(log, 5);
      directory.heal().makeRoom();
      log.flush();
      assertThat(log.lastDurableId()).isEqualTo(5);
    }
    assertClean(5);
  }

  @Test
  void closingCutsOnceThereIsRoom() throws IOException {
    try (WalWriter<String> log = openWithTen()) {
      fillUp();
      cutWithoutRoom(log, 5);
      directory.heal().makeRoom();
    }
    assertClean(5);
  }

  @Test
  void aMarkerDoesNotCoverWhatIsAboutToBeCutOff() throws IOException {
    try (WalWriter<String> log = openWithTen()) {
      fillUp();
      cutWithoutRoom(log, 5);
      directory.heal().makeRoom();
      assertThatIllegalArgumentException().isThrownBy(() -> log.appendCheckpoint(10, ""));
      assertThatIllegalArgumentException().isThrownBy(() -> log.truncate(10));
      for (int i = 6; i <= 12; i++) {
        assertThat(log.append("new" + i)).isEqualTo(i);
      }
    }
    assertClean(12);
  }

  @Test
  void aLogThatIsToBeginAnewIsNotCutOffBeforeThat() throws IOException {
    try (WalWriter<String> log = openWithTen()) {
      assertThat(log.firstEntryId()).isEqualTo(1);
      fillUp();
      assertThatExceptionOfType(OutcomeOpenException.class).isThrownBy(() -> log.restartAt(100));
      directory.heal().makeRoom();
      log.sync();
      assertThat(log.lastDurableId()).isEqualTo(99);
      assertThat(log.firstEntryId()).isEqualTo(100);
      assertThat(log.read(5)).isNull();
      assertThatIllegalArgumentException().isThrownBy(() -> log.truncateAfter(50));
      assertThat(log.append("new")).isEqualTo(100);
    }
    assertClean(100);
  }

  @Test
  void aCheckpointThatIsGoneAndCoveredMoreIsNotRepeated() throws IOException {
    try (WalWriter<String> log = openWithTen()) {
      directory.create("snapshot", 0).close();
      assertThat(log.appendCheckpoint(10, "snapshot").nextEntryId()).isEqualTo(11);
    }
    try (WalWriter<String> log = open()) {
      log.truncateAfter(5);
      assertThat(log.appendDurable("new6")).isEqualTo(6);
    }
    assertClean(6);
    assertThat(read()).endsWith("5old5", "6new6");
  }

  @Test
  void aCutBesideAMarkerWaitsForItAndIsRefused() throws Exception {
    try (WalWriter<String> log = openWithTen()) {
      directory.create("snapshot", 0).close();
      AtomicReference<@Nullable Throwable> refused = new AtomicReference<>();
      Thread cutter =
          new Thread(
              () -> {
                try {
                  log.truncateAfter(5);
                } catch (IOException | RuntimeException e) {
                  refused.set(e);
                }
              });
      directory.before(
          (operation, path) -> {
            if (operation == Fault.Operation.SYNC_DIRECTORY
                && cutter.getState() == Thread.State.NEW) {
              cutter.start();
              while (cutter.isAlive() && cutter.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
              }
            }
          });
      assertThat(log.appendCheckpoint(10, "snapshot").nextEntryId()).isEqualTo(11);
      cutter.join();
      assertThat(refused.get()).isInstanceOf(IllegalArgumentException.class);
      assertThat(log.append("k")).isEqualTo(11);
    }
    assertClean(11);
  }

  /** Runs something while the name of the segment that cuts is made durable. */
  private void duringCut(Check check, Cut cut) throws Exception {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread other =
        new Thread(
            () -> {
              try {
                check.run();
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    directory.before(
        (operation, path) -> {
          if (operation == Fault.Operation.SYNC_DIRECTORY
              && path.equals("wal")
              && other.getState() == Thread.State.NEW) {
            other.start();
            while (other.isAlive() && other.getState() != Thread.State.WAITING) {
              Thread.onSpinWait();
            }
          }
        });
    cut.run();
    other.join();
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new AssertionError(thrown);
    }
  }

  private interface Cut {
    void run() throws Exception;
  }

  private interface Check {
    void run() throws Exception;
  }

  @Test
  void whatIsReadWhileItIsCutOffIsNotTakenForDamage() throws Exception {
    try (WalWriter<String> log = openWithTen()) {
      List<String> found = new ArrayList<>();
      duringCut(
          () -> {
            assertThat(text(log.read(8))).isIn("old8", null);
            long unused = log.read(1, 10, (id, entry) -> found.add(entry));
          },
          () -> log.truncateAfter(5));
      assertThat(found).startsWith("old1", "old2", "old3", "old4", "old5");
    }
  }

  @Test
  void anEntryThatWasAppendedIsNotReadFromBeforeTheCut() throws Exception {
    try (WalWriter<String> log = openWithTen()) {
      fillUp();
      cutWithoutRoom(log, 5);
      directory.heal().makeRoom();
      assertThat(log.append("new6")).isEqualTo(6);
      List<@Nullable String> found = new ArrayList<>();
      duringCut(() -> found.add(text(log.readAppended(6))), log::sync);
      assertThat(found).containsExactly("new6");
    }
  }

  @Test
  void anEntryOfTheRoundThatCutsIsNotReadFromBeforeTheCut() throws Exception {
    try (WalWriter<String> log = openWithTen()) {
      List<@Nullable String> found = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      AtomicInteger syncs = new AtomicInteger();
      directory.before(
          (operation, path) -> {
            if (operation != Fault.Operation.SYNC_FILE || !path.endsWith(".wal")) {
              return;
            }
            switch (syncs.incrementAndGet()) {
              case 1 -> {
                startAndAwait(threads, () -> log.truncateAfter(5));
                startAndAwait(threads, () -> assertThat(log.append("new6")).isEqualTo(6));
              }
              case 2 -> startAndAwait(threads, () -> found.add(text(log.readAppended(6))));
              default -> {}
            }
          });
      assertThat(log.appendDurable("old11")).isEqualTo(11);
      for (int i = 0; i < threads.size(); i++) {
        threads.get(i).join();
      }
      assertThat(found).containsExactly("new6");
    }
  }

  /** Starts a thread, and waits until it is done or waits itself. */
  private static void startAndAwait(List<Thread> threads, Check check) {
    Thread thread =
        new Thread(
            () -> {
              try {
                check.run();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    threads.add(thread);
    thread.start();
    while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aRangeIsNoMixtureOfBeforeAndAfterACut() throws Exception {
    try (WalWriter<String> log = open()) {
      for (int i = 1; i <= 30; i++) {
        long unused = log.append("old" + i + "x".repeat(1000));
      }
      log.sync();
      List<String> found = new ArrayList<>();
      assertThatExceptionOfType(dev.durability.errors.LogCutException.class)
          .isThrownBy(
              () ->
                  log.read(
                      1,
                      30,
                      (id, entry) -> {
                        found.add(entry.replace("x", ""));
                        if (id == 20) {
                          log.truncateAfter(15);
                          for (int i = 16; i <= 40; i++) {
                            long unused = log.append("new" + i + "x".repeat(1000));
                          }
                          log.sync();
                        }
                      }))
          .matches(cut -> cut.fromId() == 16);
      assertThat(found).allMatch(each -> each.startsWith("old"));
    }
  }

  @Test
  void aSyncOrRenameThatFailsWhileCuttingEndsTheWriterAndLosesNothing() throws IOException {
    for (Fault.Operation operation :
        List.of(
            Fault.Operation.SYNC_FILE, Fault.Operation.RENAME, Fault.Operation.SYNC_DIRECTORY)) {
      for (int nth = 1; nth <= 3; nth++) {
        FaultDirectory failing = new FaultDirectory(new MemoryDirectory());
        WalWriter<String> log = WalWriter.open(failing, Codecs.utf8(), options);
        for (int i = 1; i <= 10; i++) {
          long unused = log.append("old" + i);
        }
        log.sync();
        long before = failing.injected();
        failing.inject(Fault.of(operation).nth(nth));
        try {
          log.truncateAfter(5);
        } catch (WriterPoisonedException expected) {
          assertThat(failing.injected()).isGreaterThan(before);
        }
        boolean failed = failing.injected() > before;
        failing.heal().makeRoom();
        assertThat(log.poison() != null).as(operation + " " + nth).isEqualTo(failed);
        try {
          log.close();
        } catch (WriterPoisonedException expected) {
          assertThat(failed).isTrue();
        }
        try (WalWriter<String> again = WalWriter.open(failing, Codecs.utf8(), options)) {
          assertThat(again.lastDurableId()).isIn(5L, 10L);
          assertThat(text(again.read(5))).isEqualTo("old5");
        }
      }
    }
  }

  @Test
  void whatReadingOpenedIsClosedAlsoIfTheWriterFailed() throws IOException {
    AtomicInteger open = new AtomicInteger();
    WalWriter<String> log = WalWriter.open(counting(open), Codecs.utf8(), options);
    long unused = log.appendDurable("a");
    assertThat(text(log.read(1))).isEqualTo("a");
    assertThat(open).hasPositiveValue();
    directory.inject(Fault.of(Fault.Operation.SYNC_FILE));
    assertThatExceptionOfType(WriterPoisonedException.class)
        .isThrownBy(() -> log.appendDurable("b"));
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(log::close);
    assertThat(open).hasValue(0);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> log.read(1, 1, (id, entry) -> {}));
  }

  /** Counts the files that are open for reading. */
  private Directory counting(AtomicInteger open) {
    return new ForwardingDirectory(directory) {
      @Override
      public ReadFile open(String path) throws IOException {
        ReadFile file = super.open(path);
        open.incrementAndGet();
        return new ReadFile() {
          @Override
          public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
          }

          @Override
          public long size() throws IOException {
            return file.size();
          }

          @Override
          public void close() throws IOException {
            open.decrementAndGet();
            file.close();
          }
        };
      }
    };
  }

  @Test
  void aSegmentThatWasRemovedIsNotKeptOpen() throws IOException {
    AtomicInteger open = new AtomicInteger();
    try (WalWriter<String> log = WalWriter.open(counting(open), Codecs.utf8(), options)) {
      long unused = log.append("a");
      for (int i = 0; i < 4; i++) {
        long unusedToo = log.append("x".repeat(3000));
      }
      log.sync();
      int before = open.get();
      assertThat(text(log.read(1))).isEqualTo("a");
      assertThat(open).hasValueGreaterThan(before);
      assertThat(log.truncate(2)).isNotEmpty();
      assertThat(open).hasValue(before);
      assertThat(log.read(1)).isNull();
    }
  }

  @Test
  void whatIsReadWhileSegmentsAreRemovedIsThereOrGone() throws Exception {
    try (WalWriter<String> log = open()) {
      AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
      AtomicInteger done = new AtomicInteger();
      Thread reader =
          new Thread(
              () -> {
                try {
                  while (done.get() == 0) {
                    long id = log.lastDurableId();
                    assertThat(text(log.read(id))).isIn(id + "x".repeat(1000), null);
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      reader.start();
      for (int round = 0; round < 200 && failure.get() == null; round++) {
        for (int i = 0; i < 100; i++) {
          long unused = log.append((log.lastAppendedId() + 1) + "x".repeat(1000));
        }
        log.sync();
        List<SegmentRange> unused = log.truncate(log.lastDurableId());
      }
      done.set(1);
      reader.join();
      assertThat(failure.get()).isNull();
    }
  }

  @Test
  void readingWithinACallbackThatWouldWaitForItselfIsRefused() throws IOException {
    AtomicReference<@Nullable WalWriter<String>> writer = new AtomicReference<>();
    List<Throwable> refused = new ArrayList<>();
    WalOptions observed =
        WalOptions.builder()
            .flushPolicy(FlushPolicy.every(1_000))
            .observer(
                new dev.durability.wal.WalObserver() {
                  @Override
                  public void onFlush(long lastId, long bytes) {
                    WalWriter<String> log = writer.get();
                    if (log != null && refused.isEmpty()) {
                      try {
                        WalRecord<String> unused = log.readAppended(2);
                      } catch (IOException | RuntimeException e) {
                        refused.add(e);
                      }
                    }
                  }
                })
            .build();
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), observed)) {
      writer.set(log);
      long unused = log.append("a");
      long unusedToo = log.append("b");
      log.sync();
      assertThat(refused).hasSize(1).allMatch(each -> each instanceof IllegalStateException);
      assertThat(Objects.requireNonNull(log.read(2)).entry()).isEqualTo("b");
    }
  }
}
