package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.testkit.Fault.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that wait for a round in which many wait, or for room. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class CrowdTest extends GroupCommitFixture {
  /** As many as a round has room for at first. */
  private static final int WAITERS = 16;

  private interface LogCall {
    void on(WalWriter<String> log) throws IOException;
  }

  /** A call in a thread of its own. */
  private static final class Running {
    private final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Running(WalWriter<String> log, LogCall call) {
      thread =
          new Thread(
              () -> {
                try {
                  call.on(log);
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      thread.setDaemon(true);
      thread.start();
      Await.until(
          "it waits or has ended",
          () -> thread.getState() == Thread.State.WAITING || !thread.isAlive());
    }

    Throwable end() throws InterruptedException {
      thread.join(300_000);
      assertThat(thread.isAlive()).as("it is still there").isFalse();
      return failure.get();
    }
  }

  @Test
  void eachCallThatWaitsFindsAPlaceInARoundThatIsFull() throws Exception {
    Map<String, LogCall> calls = new LinkedHashMap<>();
    calls.put("sync", WalWriter::sync);
    calls.put("flush", WalWriter::flush);
    calls.put("appendCheckpoint", log -> log.appendCheckpoint(0, ""));
    calls.put("truncateAfter", log -> log.truncateAfter(log.lastAppendedId()));
    calls.put("append", log -> log.append("one more"));
    calls.put("appendAsync", log -> log.appendAsync("one more").join());
    int logs = 0;
    for (Map.Entry<String, LogCall> call : calls.entrySet()) {
      WalWriter<String> log = Logs.open(new InFolder(directory, "log" + logs++));
      Gate gate = new Gate();
      List<Future<?>> waiting = new ArrayList<>();
      waiting.add(executor.submit(() -> log.appendDurable("first")));
      await(gate.reached);
      for (int i = 0; i < WAITERS; i++) {
        waiting.add(executor.submit(() -> log.appendDurable("waits")));
      }
      Await.until("all are appended", () -> log.lastAppendedId() == WAITERS + 1);
      Running running = new Running(log, call.getValue());
      gate.open();
      assertThat(running.end()).as(call.getKey()).isNull();
      for (Future<?> each : waiting) {
        each.get(300, TimeUnit.SECONDS);
      }
      log.close();
    }
  }

  /** Both blocks are in use: one is being written, one is full. */
  private Gate fillBothBlocks(WalWriter<String> log) throws IOException {
    Gate gate = new Gate();
    var unused = executor.submit(() -> log.appendDurable("x".repeat(3_000)));
    await(gate.reached);
    log.append("y".repeat(3_000));
    return gate;
  }

  @Test
  void whoWaitsForRoomIsRefusedIfTheLogIsClosedMeanwhile() throws Exception {
    Map<String, LogCall> calls = new LinkedHashMap<>();
    calls.put("append", log -> log.append("z".repeat(3_000)));
    calls.put("appendBatch", log -> log.appendBatch(List.of("z".repeat(3_000))));
    calls.put("appendCheckpoint", log -> log.appendCheckpoint(0, ""));
    int logs = 0;
    for (Map.Entry<String, LogCall> call : calls.entrySet()) {
      WalOptions options =
          WalOptions.builder()
              .segmentBytes(1 << 20)
              .bufferBytes(4096)
              .preallocatedBytesMax(0)
              .flushPolicy(FlushPolicy.manual())
              .build();
      InFolder folder = new InFolder(directory, "room" + logs++);
      WalWriter<String> log = Logs.open(folder, options);
      Gate gate = fillBothBlocks(log);
      Running waiter = new Running(log, call.getValue());
      Running closer = new Running(log, WalWriter::close);
      gate.open();
      assertThat(waiter.end())
          .as(call.getKey())
          .isInstanceOf(DurabilityException.class)
          .hasMessageContaining("closed");
      assertThat(closer.end()).isNull();
      assertThat(Logs.entries(folder)).hasSize(2);
    }
  }

  @Test
  void appendsThatAreToBeWrittenOneInThreeAreWrittenThen() throws IOException {
    List<Long> flushed = new ArrayList<>();
    WalOptions options =
        Logs.small()
            .flushPolicy(FlushPolicy.every(3))
            .observer(
                new WalObserver() {
                  @Override
                  public void onFlush(long lastId, long bytes) {
                    flushed.add(lastId);
                  }
                })
            .build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (int i = 1; i <= 7; i++) {
        log.append("e");
        assertThat(flushed).as("after %d", i).hasSize(i / 3);
      }
      log.appendBatch(List.of("a", "b"));
      assertThat(flushed).containsExactly(3L, 6L);
      log.appendBatch(List.of("c"));
      assertThat(flushed).containsExactly(3L, 6L, 10L);
    }
  }

  @Test
  void observerAndCountSeeEachWayToAppend() throws IOException {
    List<String> appended = new ArrayList<>();
    WalOptions options =
        Logs.small()
            .observer(
                new WalObserver() {
                  @Override
                  public void onAppend(long firstId, long lastId, long bytes) {
                    appended.add(firstId + "-" + lastId + " " + bytes);
                  }
                })
            .build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      log.append("12345678");
      log.appendDurable("12345678");
      log.appendAsync("12345678").join();
      log.appendBatch(List.of("12345678", "12345678"));
      assertThat(appended).containsExactly("1-1 24", "2-2 24", "3-3 24", "4-5 48");
      assertThat(log.appendedBytes()).isEqualTo(120);
    }
  }

  @Test
  void markerThatIsThereAlreadyIsNotAppendedAgain() throws IOException {
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("a");
      log.appendDurable("b");
      var first = log.appendCheckpoint(1, "");
      long bytes = log.appendedBytes();
      assertThat(log.appendCheckpoint(1, "")).isEqualTo(first);
      assertThat(log.appendedBytes()).isEqualTo(bytes);
      assertThat(log.appendCheckpoint(2, "")).isNotEqualTo(first);
      new LogBuilder(directory).checkpointFile("mine", log.logId(), 2);
      var named = log.appendCheckpoint(2, "mine");
      bytes = log.appendedBytes();
      assertThat(log.appendCheckpoint(2, "mine")).isEqualTo(named);
      assertThat(log.appendedBytes()).isEqualTo(bytes);
      assertThat(log.appendCheckpoint(2, "")).as("another path").isNotEqualTo(named);
      assertThat(log.appendedBytes()).isGreaterThan(bytes);
      log.appendDurable("c");
      var inNextSegment = log.appendCheckpoint(2, "");
      assertThat(inNextSegment.file()).isNotEqualTo(first.file());
      assertThat(log.appendCheckpoint(2, "")).isEqualTo(inNextSegment);
    }
  }

  @Test
  void whatTheLogBeganAnewAfterNeedsNoMarkerToBeRemoved() throws IOException {
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("a");
      log.restartAt(100);
      log.appendDurable("b");
      long bytes = log.appendedBytes();
      assertThat(log.truncate(99)).isNotEmpty();
      assertThat(log.appendedBytes()).as("no marker").isEqualTo(bytes);
      assertThatThrownBy(() -> log.truncateAfter(98))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a checkpoint covers it up to entry 99");
    }
  }

  @Test
  void readingWhatIsWrittenWritesNothingElse() throws IOException {
    WalOptions options = Logs.small().flushPolicy(FlushPolicy.manual()).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      log.appendDurable("a");
      log.appendDurable("b");
      log.truncateAfter(1);
      log.append("c");
      log.flush();
      log.append("waits");
      long written = directory.bytesWritten();
      assertThat(log.readAppended(1)).isEqualTo(new WalRecord<>(1, "a"));
      assertThat(log.readAppended(2)).isEqualTo(new WalRecord<>(2, "c"));
      assertThat(log.readAppended(3)).isEqualTo(new WalRecord<>(3, "waits"));
      assertThat(log.readAppended(4)).isNull();
      assertThat(directory.bytesWritten()).isEqualTo(written);
    }
  }

  @Test
  void entryThatARoundIsAboutToWriteIsReadAfterwards() throws Exception {
    WalOptions options = Logs.small().flushPolicy(FlushPolicy.manual()).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      log.append("a");
      CountDownLatch writing = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      directory.before(
          (operation, path) -> {
            if (operation == Operation.WRITE && writing.getCount() > 0) {
              writing.countDown();
              await(go);
            }
          });
      Future<?> flush =
          executor.submit(
              () -> {
                log.flush();
                return null;
              });
      await(writing);
      AtomicReference<WalRecord<String>> read = new AtomicReference<>();
      Running reader = new Running(log, each -> read.set(each.readAppended(1)));
      go.countDown();
      assertThat(reader.end()).isNull();
      assertThat(read.get()).isEqualTo(new WalRecord<>(1, "a"));
      flush.get(300, TimeUnit.SECONDS);
    }
  }
}
