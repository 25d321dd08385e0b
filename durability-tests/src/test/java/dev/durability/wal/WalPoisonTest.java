package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.CLOSE_APPEND;
import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.LIST;
import static dev.durability.testkit.Fault.Operation.RENAME;
import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.TRUNCATE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.Verdict;
import dev.durability.storage.AppendFile;
import dev.durability.storage.AppendOnlyDirectory;
import dev.durability.storage.CountedDisk;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What fails and leaves open what is durable ends the writer; opening again helps. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalPoisonTest {
  private final MemoryDirectory memory = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(memory);

  @Test
  void failedSyncPoisonsEveryLaterCallWithTheFirstFailureAsCause() throws Exception {
    WalWriter<String> log = Logs.open(directory);
    log.appendDurable("durable");
    directory.inject(Fault.of(SYNC_FILE).saying("first failure"));
    directory.inject(Fault.of(SYNC_FILE).from(2).saying("later failure"));
    assertPoisoned(() -> log.appendDurable("lost"), "first failure");
    assertEveryCallIsPoisoned(log, "first failure");
    assertPoisoned(log::close, "first failure");
    directory.heal();
    try (WalWriter<String> again = Logs.open(directory)) {
      assertThat(again.appendDurable("next")).isEqualTo(3);
    }
    assertThat(Logs.entries(directory)).containsExactly("durable", "lost", "next");
  }

  @Test
  void retriedSyncIsNeverASuccess() throws Exception {
    WalWriter<String> log = Logs.open(directory);
    log.append("flushed");
    directory.inject(Fault.of(SYNC_FILE).saying("once"));
    assertPoisoned(log::sync, "once");
    long syncs = directory.count(SYNC_FILE);
    assertPoisoned(log::sync, "once");
    assertPoisoned(log::flush, "once");
    assertThat(directory.count(SYNC_FILE)).isEqualTo(syncs);
    assertThat(log.lastDurableId()).isZero();
    assertPoisoned(log::close, "once");
  }

  @Test
  void futuresOfPoisonedWriterFailWithTheFirstFailure() throws Exception {
    WalWriter<String> log = Logs.open(directory);
    directory.inject(Fault.of(SYNC_FILE).saying("first failure"));
    CompletableFuture<Long> future = log.appendAsync("lost");
    Throwable failure = failureOf(() -> future.get(300, TimeUnit.SECONDS));
    assertThat(failure.getCause()).isInstanceOf(WriterPoisonedException.class);
    assertThat(failure).rootCause().hasMessageContaining("first failure");
    assertPoisoned(() -> log.appendAsync("more"), "first failure");
    assertPoisoned(log::close, "first failure");
  }

  @Test
  void everyFailedStepOfRotationPoisons() throws IOException {
    List<Fault> steps =
        List.of(
            Fault.of(SYNC_FILE).nth(1),
            Fault.of(SYNC_FILE).nth(2),
            Fault.of(RENAME),
            Fault.of(RENAME).afterEffect(),
            Fault.of(SYNC_DIRECTORY),
            Fault.of(SYNC_DIRECTORY).afterEffect());
    for (Fault step : steps) {
      boolean isNamed = steps.indexOf(step) > 2; // And its entry was written before.
      FaultDirectory failing = new FaultDirectory(new MemoryDirectory());
      WalWriter<String> log = Logs.open(failing);
      log.appendDurable("a".repeat(3000));
      failing.inject(step);
      assertPoisoned(() -> log.append("b".repeat(3000)), "injected");
      assertEveryCallIsPoisoned(log, "injected");
      assertPoisoned(log::close, "injected");
      failing.heal();
      try (WalWriter<String> again = Logs.open(failing)) {
        assertThat(again.lastAppendedId()).as(step.toString()).isEqualTo(isNamed ? 2 : 1);
        again.appendDurable("c");
      }
      assertThat(Logs.verdict(failing)).isEqualTo(Verdict.CLEAN);
      assertThat(Logs.entries(failing)).startsWith("a".repeat(3000)).endsWith("c");
    }
  }

  @Test
  void failedSyncOfDirectoryAfterRemovalPoisons() throws Exception {
    WalWriter<String> log = Logs.open(directory);
    log.appendDurable("a".repeat(3000));
    log.appendDurable("b".repeat(3000));
    log.appendCheckpoint(2, "");
    directory.inject(Fault.of(SYNC_DIRECTORY));
    assertPoisoned(() -> log.truncate(2), "injected");
    assertEveryCallIsPoisoned(log, "injected");
    log.close();
    directory.heal();
    try (WalWriter<String> again = Logs.open(directory)) {
      assertThat(again.lastAppendedId()).isEqualTo(2);
    }
  }

  @Test
  void errorInTheSyncOfARemovalPoisonsAsAFailureDoes() throws Exception {
    WalWriter<String> log = Logs.open(directory);
    log.appendDurable("a".repeat(3000));
    log.appendDurable("b".repeat(3000));
    log.appendCheckpoint(2, "");
    Error planted = new StackOverflowError("planted");
    AtomicBoolean once = new AtomicBoolean(true);
    directory.before(
        (operation, path) -> {
          if (operation == SYNC_DIRECTORY && once.getAndSet(false)) {
            throw planted;
          }
        });
    assertThatThrownBy(() -> log.truncate(2)).isSameAs(planted);
    assertEveryCallIsPoisoned(log, "planted");
    log.close();
    try (WalWriter<String> again = Logs.open(directory)) {
      assertThat(again.lastAppendedId()).isEqualTo(2);
    }
  }

  @Test
  void whoWaitsForARoundWhileARemovalPoisonsIsToldAndWhatThatRoundSyncedIsAcknowledged()
      throws Exception {
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ExecutorService executor = Executors.newCachedThreadPool();
    WalWriter<String> log = Logs.open(directory);
    log.appendDurable("a".repeat(3000));
    log.appendDurable("b".repeat(3000));
    log.appendCheckpoint(2, "");
    directory.before(
        (operation, path) -> {
          if (operation == SYNC_FILE && syncing.getCount() > 0) {
            syncing.countDown();
            await(goOn);
          }
        });
    try {
      Future<Long> inTime = executor.submit(() -> log.appendDurable("c"));
      await(syncing);
      Future<Long> late = executor.submit(() -> log.appendDurable("d"));
      Await.until("it waits", () -> log.lastAppendedId() == 4);
      CompletableFuture<Long> async = log.appendAsync("e");
      directory.inject(Fault.of(SYNC_DIRECTORY));
      assertPoisoned(() -> log.truncate(2), "injected");
      goOn.countDown();
      assertThat(inTime.get(300, TimeUnit.SECONDS)).isEqualTo(3);
      assertThatThrownBy(() -> late.get(300, TimeUnit.SECONDS))
          .hasCauseInstanceOf(WriterPoisonedException.class);
      assertThatThrownBy(() -> async.get(300, TimeUnit.SECONDS))
          .hasCauseInstanceOf(WriterPoisonedException.class);
      assertEveryCallIsPoisoned(log, "injected");
      assertPoisoned(log::close, "injected");
    } finally {
      goOn.countDown();
      executor.shutdownNow();
    }
  }

  @Test
  void closedWriterRefusesToTruncateInAnyThreadAlsoWhereItsLockCouldNotBeGivenUp()
      throws Exception {
    ExecutorService executor = Executors.newCachedThreadPool();
    try {
      WalWriter<String> log = Logs.open(memory);
      log.close();
      WalWriter<String> badly = Logs.open(new BadLock(new MemoryDirectory()));
      assertThatThrownBy(badly::close).hasMessage("the lock");
      for (WalWriter<String> each : List.of(log, badly)) {
        Future<?> truncation = executor.submit(() -> each.truncate(0));
        assertThatThrownBy(() -> truncation.get(300, TimeUnit.SECONDS))
            .rootCause()
            .hasMessageContaining("closed");
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(300, TimeUnit.SECONDS)) {
        throw new AssertionError("waited in vain");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void writeThatCannotBeRolledBackPoisons() throws IOException {
    for (Fault second : List.of(Fault.of(TRUNCATE), Fault.of(SYNC_FILE))) {
      FaultDirectory failing = new FaultDirectory(new MemoryDirectory());
      WalWriter<String> log = Logs.open(failing);
      log.appendDurable("durable");
      failing.inject(second); // First: a MARK may meet the failed write, too.
      failing.inject(Fault.of(WRITE).shortWrite(9).saying("torn"));
      assertPoisoned(() -> log.append("torn"), "torn");
      assertEveryCallIsPoisoned(log, "torn");
      assertPoisoned(log::close, "torn");
      failing.heal();
      Logs.open(failing).close();
      assertThat(Logs.entries(failing)).containsExactly("durable");
    }
  }

  @Test
  void storeThatCannotCutPoisonsOnFailedWriteAndElseRotatesAndCloses() throws IOException {
    FaultDirectory failing = new FaultDirectory(new AppendOnlyDirectory(memory));
    try (WalWriter<String> log =
        Logs.open(failing, WalOptions.builder().segmentBytes(4096).build())) {
      for (int i = 0; i < 5; i++) {
        log.appendDurable("x".repeat(2500));
      }
      assertThat(log.segments()).hasSizeGreaterThan(3);
    }
    assertThat(Logs.verdict(memory)).isEqualTo(Verdict.CLEAN);
    FaultDirectory other = new FaultDirectory(new AppendOnlyDirectory(new MemoryDirectory()));
    WalWriter<String> log = Logs.open(other);
    other.inject(Fault.of(WRITE).shortWrite(9).saying("torn"));
    assertPoisoned(() -> log.append("torn"), "torn");
    assertPoisoned(log::close, "torn");
  }

  @Test
  void storeThatCannotResumeIsReopenedWithItsLastSegmentWrittenAnew() throws IOException {
    MemoryDirectory under = memory;
    List<String> kept = new ArrayList<>();
    for (int generation = 0; generation < 4; generation++) {
      WalWriter<String> log = Logs.open(new AppendOnlyDirectory(under));
      for (int i = 0; i < 3; i++) {
        kept.add(generation + "." + i);
        log.appendDurable(generation + "." + i);
      }
      MemoryDirectory killed = tornCopy(under);
      log.close();
      under = generation % 2 == 0 ? under : killed;
      assertThat(Logs.entries(new AppendOnlyDirectory(under))).isEqualTo(kept);
    }
    Logs.open(new AppendOnlyDirectory(under)).close();
    assertThat(Logs.verdict(under)).isEqualTo(Verdict.CLEAN);
    assertThat(Logs.entries(under)).isEqualTo(kept);
  }

  /** What a process leaves that dies while it writes a frame. */
  private static MemoryDirectory tornCopy(MemoryDirectory under) throws IOException {
    MemoryDirectory copy = new MemoryDirectory();
    copy.createDirectories("wal");
    List<String> segments = Logs.segments(under);
    for (String name : segments) {
      try (AppendFile file = copy.create("wal/" + name, 0)) {
        file.write(ByteBuffer.wrap(Logs.bytes(under, "wal/" + name)));
        if (name.equals(segments.get(segments.size() - 1))) {
          file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}));
        }
      }
    }
    return copy;
  }

  @Tag("slow")
  @Test
  void failedSyncThenReopeningThenPowerLossLosesNothingRecovered() throws IOException {
    for (long seed = 0; seed < 300; seed++) {
      CountedDisk disk = new CountedDisk(seed);
      WalWriter<String> log = Logs.open(disk);
      log.appendDurable("first");
      for (int i = 0; i < 30; i++) {
        log.append("unsynced " + i + "x".repeat(i));
      }
      disk.failAt(1);
      assertThatThrownBy(log::sync).isInstanceOf(WriterPoisonedException.class);
      assertThatThrownBy(log::close).isInstanceOf(WriterPoisonedException.class);
      long recovered;
      try (WalWriter<String> again = Logs.open(disk)) {
        recovered = again.lastAppendedId();
        assertThat(again.lastDurableId()).isEqualTo(recovered);
        disk = disk.afterPowerLoss();
      } catch (IOException closedAfterDeath) {
        recovered = 31;
      }
      try (WalWriter<String> last = Logs.open(disk)) {
        assertThat(last.lastAppendedId()).as("seed=" + seed).isEqualTo(recovered).isEqualTo(31);
      }
    }
  }

  /** The sync of a new segment's name runs beside the first sync of its content. */
  @Tag("slow")
  @Test
  void failedSyncOfNameOfSegmentWhoseContentIsSyncedIsSurvivedByWhatIsRecovered() throws Exception {
    for (long seed = 0; seed < 30; seed++) {
      CountedDisk disk = new CountedDisk(seed);
      LosingName directory = new LosingName(disk);
      WalWriter<String> log = Logs.open(directory);
      log.appendDurable("a".repeat(3000));
      directory.armed = true;
      assertPoisoned(() -> log.appendDurable("b".repeat(3000)), "injected");
      assertPoisoned(log::close, "injected");
      assertThat(directory.armed).as("a name was lost").isFalse();
      List<String> recovered;
      try (WalWriter<String> again = Logs.open(disk)) {
        recovered = Logs.entries(disk);
        assertThat(again.lastDurableId()).as("seed=" + seed).isEqualTo(recovered.size());
        disk = disk.afterPowerLoss();
      } catch (IOException closedAfterDeath) {
        recovered = List.of("a".repeat(3000), "b".repeat(3000));
      }
      Logs.open(disk).close();
      assertThat(Logs.entries(disk)).as("seed=" + seed).isEqualTo(recovered).hasSize(2);
    }
  }

  /** The next sync of the directory fails. The segment that was renamed is synced by then. */
  private static final class LosingName extends ForwardingDirectory {
    private final CountedDisk disk;
    private volatile boolean armed;

    LosingName(CountedDisk disk) {
      super(disk);
      this.disk = disk;
    }

    @Override
    public void sync(String directory) throws IOException {
      if (armed) {
        disk.failAt(1);
        armed = false;
      }
      super.sync(directory);
    }
  }

  @Test
  void errorInTheMiddleOfRoundLeavesNoThreadWaiting() throws Exception {
    WalWriter<String> log = Logs.open(directory);
    directory.before(
        (operation, path) -> {
          if (operation == WRITE) {
            throw new OutOfMemoryError("as if there were no memory");
          }
        });
    List<CompletableFuture<Throwable>> calls =
        IntStream.range(0, 8)
            .mapToObj(
                i -> CompletableFuture.supplyAsync(() -> failureOf(() -> log.appendDurable("a"))))
            .toList();
    for (CompletableFuture<Throwable> call : calls) {
      assertThat(call.get(300, TimeUnit.SECONDS)).isInstanceOf(WriterPoisonedException.class);
    }
    assertPoisoned(log::close, "as if");
  }

  @Test
  void failedCreationOfFirstSegmentFailsOpeningAndOpeningAgainHelps() throws IOException {
    for (Fault step :
        List.of(
            Fault.of(CREATE),
            Fault.of(CREATE).afterEffect(),
            Fault.of(WRITE).shortWrite(30),
            Fault.of(SYNC_FILE),
            Fault.of(RENAME),
            Fault.of(RENAME).afterEffect(),
            Fault.of(SYNC_DIRECTORY).nth(1))) {
      FaultDirectory failing = new FaultDirectory(new MemoryDirectory());
      failing.inject(step);
      assertThatThrownBy(() -> Logs.open(failing))
          .as(step.toString())
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(WriterPoisonedException.class)
          .isNotInstanceOf(OutcomeOpenException.class)
          .hasMessageContaining("open it again");
      try (WalWriter<String> log = Logs.open(failing)) {
        log.appendDurable("a");
      }
      assertThat(Logs.names(failing)).hasSize(1);
      assertThat(Logs.entries(failing)).containsExactly("a");
    }
  }

  @Test
  void failedCloseOfAFileOfAPoisonedWriterIsToldWithWhatPoisonedIt() throws IOException {
    WalWriter<String> log = Logs.open(directory);
    log.append("not durable");
    directory
        .inject(Fault.of(SYNC_FILE).saying("first failure"))
        .inject(Fault.of(CLOSE_APPEND).saying("close failed"));
    assertThatThrownBy(log::close)
        .isInstanceOf(WriterPoisonedException.class)
        .hasStackTraceContaining("first failure")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("close failed"));
    Logs.open(memory).close();
  }

  @Test
  void errorWhileTheNextSegmentIsMadePoisonsAndOpeningAgainHelps() throws IOException {
    for (Fault.Operation step : List.of(CREATE, SYNC_FILE, RENAME, SYNC_DIRECTORY)) {
      FaultDirectory failing = new FaultDirectory(new MemoryDirectory());
      WalWriter<String> log = Logs.open(failing);
      log.appendDurable("a".repeat(3000));
      AtomicBoolean armed = new AtomicBoolean(true);
      failing.before(
          (operation, path) -> {
            if (operation == step
                && (path.endsWith(".tmp") || step == SYNC_DIRECTORY)
                && armed.getAndSet(false)) {
              throw new OutOfMemoryError("as if there were no memory");
            }
          });
      assertPoisoned(() -> log.appendDurable("b".repeat(3000)), "as if");
      assertThat(armed).as(step.toString()).isFalse();
      assertEveryCallIsPoisoned(log, "as if");
      assertPoisoned(log::close, "as if");
      try (WalWriter<String> again = Logs.open(failing)) {
        again.appendDurable("c");
      }
      assertThat(Logs.entries(failing)).startsWith("a".repeat(3000)).endsWith("c");
      assertThat(Logs.verdict(failing)).isEqualTo(Verdict.CLEAN);
    }
  }

  @Test
  void lockThatCannotBeGivenUpAfterAFailedOpeningIsToldWithIt() throws IOException {
    // The first two listings come before the lock: they look for a log of another program.
    for (Fault failure : List.of(Fault.of(CREATE), Fault.of(LIST).nth(3))) {
      FaultDirectory failing = new FaultDirectory(new BadLock(new MemoryDirectory()));
      failing.inject(failure);
      assertThatThrownBy(() -> Logs.open(failing))
          .hasMessageContaining("injected")
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
          .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("the lock"));
    }
  }

  private static final class BadLock extends ForwardingDirectory {
    BadLock(MemoryDirectory under) {
      super(under);
    }

    @Override
    public DirectoryLock lock(String path) throws IOException {
      DirectoryLock lock = super.lock(path);
      return new DirectoryLock() {
        @Override
        public boolean isHeld() {
          return lock.isHeld();
        }

        @Override
        public void close() throws IOException {
          lock.close();
          throw new IOException("the lock");
        }
      };
    }
  }

  private static Throwable failureOf(ThrowingCallable call) {
    try {
      call.call();
      return new AssertionError("no failure");
    } catch (Throwable e) {
      return e;
    }
  }

  private static void assertEveryCallIsPoisoned(WalWriter<String> log, String why) {
    assertPoisoned(() -> log.append("a"), why);
    assertPoisoned(() -> log.appendBatch(List.of("a", "b")), why);
    assertPoisoned(() -> log.appendDurable("a"), why);
    assertPoisoned(() -> log.appendAsync("a"), why);
    assertPoisoned(log::flush, why);
    assertPoisoned(log::sync, why);
    assertPoisoned(() -> log.appendCheckpoint(0, ""), why);
    assertPoisoned(() -> log.truncate(0), why);
  }

  private static void assertPoisoned(ThrowingCallable call, String why) {
    assertThatThrownBy(call)
        .isInstanceOf(WriterPoisonedException.class)
        .cause()
        .isNotInstanceOf(WriterPoisonedException.class)
        .hasMessageContaining(why);
  }
}
