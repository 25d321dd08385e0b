package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the thread of the log does: syncs, flushes and promises that fall due. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalBackgroundTest extends GroupCommitFixture {
  @Test
  void backgroundSyncMakesAppendsDurableAlsoWhileOthersNeverStopFlushing() throws Exception {
    WalWriter<String> log =
        Logs.open(
            directory,
            WalOptions.builder().syncInterval(Duration.ofMillis(1)).segmentBytes(1 << 20).build());
    AtomicBoolean stop = new AtomicBoolean();
    List<Future<?>> busy = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      busy.add(
          executor.submit(
              () -> {
                while (!stop.get()) {
                  log.append("busy");
                }
                return null;
              }));
    }
    for (int i = 0; i < 20; i++) {
      long id = log.append("mine");
      Await.until("entry " + id + " is durable", () -> log.lastDurableId() >= id);
    }
    stop.set(true);
    for (Future<?> each : busy) {
      each.get(300, TimeUnit.SECONDS);
    }
    log.close();
  }

  @Test
  void syncThatFallsDueWhileAnotherRoundIsUnderWayIsDoneAfterIt() throws Exception {
    WalOptions options =
        Logs.small().flushPolicy(FlushPolicy.manual()).syncInterval(Duration.ofMillis(30)).build();
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    WalWriter<String> log = Logs.open(directory, options);
    directory.before(
        (operation, path) -> {
          if (operation == WRITE && writing.getCount() > 0) {
            writing.countDown();
            await(goOn);
          }
        });
    long id = log.append("mine");
    Future<?> flush = executor.submit(() -> flush(log));
    await(writing);
    Thread.sleep(100); // Nothing tells that it fell due; if it did not yet, this tests less.
    goOn.countDown();
    Await.until("entry " + id + " is durable", () -> log.lastDurableId() >= id);
    flush.get(300, TimeUnit.SECONDS);
    log.close();
  }

  @Test
  void flushIntervalWritesInTheBackgroundWithoutSync() throws Exception {
    WalOptions options =
        Logs.small().flushPolicy(FlushPolicy.interval(Duration.ofMillis(1))).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (int i = 1; i <= 5; i++) {
        log.append("a");
        int count = i;
        Await.until("it is written", () -> entries() == count);
      }
      assertThat(log.lastDurableId()).isZero();
    }
  }

  @Test
  void whatIsDurableIsPromisedInTheLogSoonAfterItsLastSync() throws Exception {
    try (WalWriter<String> log = Logs.open(directory)) {
      for (int i = 1; i <= 5; i++) {
        long id = log.appendDurable("a");
        Await.until("entry " + id + " is promised", () -> promised() == id);
      }
    }
  }

  @Test
  void nobodyWritesOrSyncsWhileHoldingTheLock() throws Exception {
    AtomicBoolean armed = new AtomicBoolean();
    AtomicInteger blocked = new AtomicInteger();
    WalWriter<String> log = Logs.open(directory, Logs.small().build());
    directory.before(
        (operation, path) -> {
          if (armed.get() && (operation == WRITE || operation == SYNC_FILE)) {
            Future<Long> other = executor.submit(log::lastAppendedId); // Takes the lock.
            try {
              other.get(300, TimeUnit.SECONDS);
            } catch (Exception e) {
              blocked.incrementAndGet();
            }
          }
        });
    armed.set(true);
    log.append("a");
    log.appendDurable("b");
    log.appendBatch(List.of("x".repeat(3000), "y".repeat(3000)));
    log.appendAsync("c").get(300, TimeUnit.SECONDS);
    log.appendCheckpoint(1, "");
    log.close();
    assertThat(blocked.get()).isZero();
  }

  private long promised() {
    try {
      return WalMaintenance.verify(directory).promised();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
