package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.segment.SegmentName;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of entries that wait in memory, and of those who wait for room there. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalRoomTest {
  private static final String BUFFER = "x".repeat(4000);

  private final MemoryDirectory memory = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(memory);
  private final ExecutorService executor = Executors.newCachedThreadPool();

  private static final WalOptions MANUAL =
      Logs.small().segmentBytes(1 << 20).flushPolicy(FlushPolicy.manual()).build();

  @AfterEach
  void stop() {
    executor.shutdownNow();
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
  void whoWaitsForRoomGoesOnOnceTheBuffersAreWrittenWhileTheirSyncIsUnderWay() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch write = new CountDownLatch(1);
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch sync = new CountDownLatch(1);
    WalWriter<String> log = Logs.open(directory, MANUAL);
    directory.before(
        (operation, path) -> {
          if (operation == WRITE) {
            writing.countDown();
            await(write);
          } else if (operation == SYNC_FILE) {
            syncing.countDown();
            await(sync);
          }
        });
    log.append(BUFFER);
    log.append(BUFFER);
    Future<?> durable =
        executor.submit(
            () -> {
              log.sync();
              return null;
            });
    await(writing);
    AtomicReference<Thread> appender = new AtomicReference<>();
    Future<Long> third =
        executor.submit(
            () -> {
              appender.set(Thread.currentThread());
              return log.append(BUFFER);
            });
    Await.until(
        "both buffers are being written",
        () -> appender.get() != null && appender.get().getState() == Thread.State.WAITING);
    write.countDown();
    await(syncing);
    assertThat(third.get(300, TimeUnit.SECONDS)).isEqualTo(3);
    assertThat(log.lastDurableId()).isZero();
    sync.countDown();
    durable.get(300, TimeUnit.SECONDS);
    assertThat(log.lastDurableId()).isEqualTo(2);
    log.close();
    assertThat(Logs.entries(memory)).hasSize(3);
  }

  @Test
  void checkpointThatFindsNoRoomWaitsForItAndComesBeforeTheEntriesOfItsSegment()
      throws IOException {
    try (WalWriter<String> log = Logs.open(directory, MANUAL)) {
      log.append(BUFFER);
      log.append(BUFFER);
      assertThat(log.appendCheckpoint(0, "").nextEntryId()).isEqualTo(3);
      assertThat(log.lastDurableId()).isEqualTo(2);
      assertThat(log.segments())
          .extracting(SegmentRange::firstEntryId, SegmentRange::lastEntryId)
          .containsExactly(tuple(1L, 2L), tuple(3L, 2L));
    }
    assertThat(WalMaintenance.checkpoints(memory)).hasSize(1);
    assertThat(Logs.verdict(memory)).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void bytesOfAllFramesAreCountedAndTheLiveSegmentReachesToTheLastEntryInMemory()
      throws IOException {
    LogBuilder.put(memory, "c.ckpt", ByteBuffer.allocate(1));
    String hundred = "x".repeat(100); // A frame of 120 bytes.
    try (WalWriter<String> log = Logs.open(directory, MANUAL)) {
      assertThat(log.appendedBytes()).isZero();
      log.append(hundred);
      assertThat(log.appendedBytes()).isEqualTo(120);
      log.appendBatch(List.of(hundred, hundred));
      assertThat(log.appendedBytes()).isEqualTo(360);
      assertThat(log.segments())
          .containsExactly(new SegmentRange(1, 1, 3, new SegmentName(1, 1).path()));
      log.appendCheckpoint(0, "c.ckpt"); // A frame of 16 + 8 + 6 bytes, and 2.
      assertThat(log.appendedBytes()).isEqualTo(392);
      log.append(hundred);
      assertThat(log.segments().get(1))
          .isEqualTo(new SegmentRange(2, 4, 4, new SegmentName(2, 4).path()));
    }
    try (WalWriter<String> log = Logs.open(directory, MANUAL)) {
      assertThat(log.appendedBytes()).isZero();
    }
  }

  @Test
  void entryThatWasFlushedAloneIsSyncedInTheBackgroundThoughNothingFollows() throws IOException {
    WalOptions options = Logs.small().syncInterval(Duration.ofMillis(50)).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      long id = log.append("alone");
      Await.until("it is durable", () -> log.lastDurableId() == id);
    }
  }
}
