package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.log.Verdict;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many threads on one log: rounds, waiting, interrupts, closing. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalGroupCommitTest extends GroupCommitFixture {
  @Tag("slow")
  @Test
  void noWakeUpIsLostInManyShortRuns() throws Exception {
    for (int run = 0; run < 60; run++) {
      MemoryDirectory each = new MemoryDirectory();
      WalWriter<String> log = Logs.open(each);
      AtomicInteger appended = new AtomicInteger();
      inThreads(
          8,
          thread -> {
            for (int i = 0; i < 20; i++) {
              switch ((thread + i) % 5) {
                case 0 -> log.appendDurable("d" + "x".repeat(i * 40));
                case 1 -> log.appendAsync("a").get(300, TimeUnit.SECONDS);
                case 2 -> log.append("p" + "x".repeat(i * 40));
                case 3 -> log.appendBatch(List.of("b", "b" + "x".repeat(i * 40)));
                default -> log.sync();
              }
              appended.addAndGet(new int[] {1, 1, 1, 2, 0}[(thread + i) % 5]);
            }
          });
      log.close();
      assertThat(Logs.entries(each)).hasSize(appended.get());
    }
  }

  @Test
  void nothingIsAcknowledgedBeforeTheSyncThatCoversIt() throws Exception {
    AtomicLong syncsStarted = new AtomicLong();
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    WalWriter<String> log = Logs.open(directory);
    directory.before(
        (operation, path) -> {
          if (operation == SYNC_FILE && syncsStarted.incrementAndGet() == 1) {
            syncing.countDown();
            await(goOn);
          }
        });
    Future<Long> durable = executor.submit(() -> log.appendDurable("a"));
    await(syncing);
    CompletableFuture<Long> behind = log.appendAsync("b");
    assertThat(durable.isDone()).isFalse();
    assertThat(behind.isDone()).isFalse();
    assertThat(log.lastDurableId()).isZero();
    goOn.countDown();
    assertThat(durable.get(300, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(behind.get(300, TimeUnit.SECONDS)).isEqualTo(2);
    log.close();
  }

  @Test
  void oneSyncServesAllWhoCameDuringTheOneBefore() throws Exception {
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    WalWriter<String> log = Logs.open(directory);
    directory.before(
        (operation, path) -> {
          if (operation == SYNC_FILE && syncing.getCount() > 0) {
            syncing.countDown();
            await(goOn);
          }
        });
    List<Future<Long>> all = new ArrayList<>();
    all.add(executor.submit(() -> log.appendDurable("first")));
    await(syncing);
    for (int i = 0; i < 100; i++) {
      all.add(executor.submit(() -> log.appendDurable("later")));
    }
    Await.until("all are appended", () -> log.lastAppendedId() == 101);
    long before = directory.count(SYNC_FILE);
    goOn.countDown();
    for (Future<Long> each : all) {
      each.get(300, TimeUnit.SECONDS);
    }
    // All but one thread that has its entry in the queue and was not yet in the round.
    assertThat(directory.count(SYNC_FILE) - before).isLessThanOrEqualTo(2);
    log.close();
  }

  @Test
  void threadsThatWereServedReturnWhileWhatDependsOnFutureOfTheirRoundIsBlocked() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch backgroundIsAway = new CountDownLatch(1);
    CountDownLatch dependentRuns = new CountDownLatch(1);
    WalWriter<String> log = Logs.open(directory);
    Gate first = new Gate();
    // What depends on this keeps the log's own thread, so that one of those who wait leads.
    CompletableFuture<Void> kept =
        log.appendAsync("kept")
            .thenAccept(
                id -> {
                  backgroundIsAway.countDown();
                  awaitForEver(release);
                });
    first.open();
    await(backgroundIsAway);
    Gate second = new Gate();
    Thread leader = start(() -> log.appendDurable("leader"));
    await(second.reached);
    List<Thread> served = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      served.add(start(() -> log.appendDurable("served")));
    }
    CompletableFuture<Void> dependent =
        log.appendAsync("future")
            .thenAccept(
                id -> {
                  dependentRuns.countDown();
                  awaitForEver(release);
                });
    Await.until(
        "all have appended, and sleep",
        () ->
            log.lastAppendedId() == 15
                && served.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
    second.open();
    await(dependentRuns);
    Await.until(
        "all but the one that runs the dependent have returned",
        () -> served.stream().filter(Thread::isAlive).count() == 1 && !leader.isAlive());
    assertThat(kept.isDone() || dependent.isDone()).isFalse();
    release.countDown();
    kept.get(300, TimeUnit.SECONDS);
    dependent.get(300, TimeUnit.SECONDS);
    log.close();
  }

  @Tag("slow")
  @Test
  void appendersThatWaitForRoomAllGoOn() throws Exception {
    WalWriter<String> log =
        Logs.open(directory, Logs.small().flushPolicy(FlushPolicy.manual()).build());
    inThreads(
        8,
        thread -> {
          for (int i = 0; i < 200; i++) {
            log.append(thread + "." + i + "x".repeat((thread * 331 + i * 97) % 6000));
          }
        });
    log.close();
    assertThat(new HashSet<>(Logs.entries(directory))).hasSize(1600);
  }

  @Test
  void appendsWriteWhatPiledUpLongBeforeTheBuffersAreFullWhereNobodyElseDoes() throws Exception {
    WalOptions options =
        WalOptions.builder().preallocatedBytesMax(0).flushPolicy(FlushPolicy.manual()).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      String entry = "x".repeat(64 << 10);
      for (int i = 0; i < 14; i++) {
        log.append(entry);
      }
      assertThat(Logs.entries(directory)).isEmpty();
      log.append(entry); // Finds more than 896 KiB.
      assertThat(Logs.entries(directory)).hasSize(14);
      assertThat(log.lastDurableId()).isZero();
      directory.fillUpAfter(0);
      for (int i = 0; i < 13; i++) {
        log.append(entry);
      }
      assertThatThrownBy(() -> log.append(entry)).isInstanceOf(OutcomeOpenException.class);
      assertThat(log.lastAppendedId()).as("nothing was appended").isEqualTo(28);
      assertThat(log.append(entry)).as("there is room in memory").isEqualTo(29);
      directory.makeRoom();
    }
    assertThat(Logs.entries(directory)).hasSize(29);
  }

  @Test
  void futuresCompleteInOrderOfTheirIdsAndMayAppendAndCloseInTheirCallbacks() throws Exception {
    WalWriter<String> log = Logs.open(directory);
    List<Long> order = Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<Long>> nested = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch done = new CountDownLatch(100);
    for (int i = 0; i < 100; i++) {
      int number = i;
      CompletableFuture<Long> unused =
          log.appendAsync("a" + i)
              .whenComplete(
                  (id, failure) -> {
                    order.add(id);
                    try {
                      if (number % 10 == 0) {
                        nested.add(CompletableFuture.completedFuture(log.appendDurable("nested")));
                      } else if (number % 10 == 1) {
                        nested.add(log.appendAsync("nested"));
                      }
                    } catch (IOException e) {
                      nested.add(CompletableFuture.failedFuture(e));
                    }
                    done.countDown();
                  });
    }
    await(done);
    for (CompletableFuture<Long> each : nested) {
      assertThat(each.get(300, TimeUnit.SECONDS)).isPositive();
    }
    CompletableFuture<Boolean> closed =
        log.appendAsync("last")
            .thenApply(
                id -> {
                  try {
                    log.close();
                    return true;
                  } catch (IOException e) {
                    return false;
                  }
                });
    assertThat(closed.get(300, TimeUnit.SECONDS)).isTrue();
    assertThat(order).hasSize(100);
    Logs.open(directory).close();
    assertThat(Logs.entries(directory)).hasSize(121);
  }

  @Test
  void callbackThatThrowsHarmsNoOtherWaiter() throws Exception {
    try (WalWriter<String> log = Logs.open(directory)) {
      for (int i = 0; i < 20; i++) {
        CompletableFuture<Object> unused =
            log.appendAsync("a")
                .thenApply(
                    id -> {
                      throw new StackOverflowError("in a callback");
                    });
        assertThat(log.appendAsync("b").get(300, TimeUnit.SECONDS)).isEqualTo(2 * i + 2);
      }
    }
  }

  @Tag("slow")
  @Test
  void interruptsAtRandomMomentsLoseNothingAndTheFlagStays(@TempDir Path root) throws Exception {
    FsDirectory files = FsDirectory.open(root);
    WalWriter<String> log =
        Logs.open(
            files,
            WalOptions.builder()
                .segmentBytes(16 << 10)
                .bufferBytes(4096)
                .syncInterval(Duration.ofMillis(2))
                .build());
    AtomicLong acknowledged = new AtomicLong();
    AtomicInteger working = new AtomicInteger(6);
    List<Thread> workers = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 6; i++) {
      int number = i;
      Thread worker =
          new Thread(
              () -> {
                try {
                  for (int k = 0; k < 60; k++) {
                    interruptedCall(log, number + k, acknowledged);
                  }
                } catch (Throwable e) {
                  failures.add(e);
                } finally {
                  working.decrementAndGet();
                }
              });
      workers.add(worker);
      worker.start();
    }
    Random random = new Random(1);
    while (working.get() > 0) {
      workers.get(random.nextInt(6)).interrupt();
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (thread.getName().startsWith("durability-") && random.nextInt(4) == 0) {
          thread.interrupt();
        }
      }
      Thread.onSpinWait();
    }
    for (Thread worker : workers) {
      worker.join(300_000);
    }
    assertThat(failures).isEmpty();
    Thread.currentThread().interrupt();
    log.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(WalMaintenance.verify(files).intact()).isGreaterThanOrEqualTo(acknowledged.get());
    assertThat(Logs.verdict(files)).isEqualTo(Verdict.CLEAN);
  }

  private static void interruptedCall(WalWriter<String> log, int which, AtomicLong acknowledged)
      throws IOException {
    Thread.currentThread().interrupt();
    switch (which % 7) {
      case 0 -> acknowledged.accumulateAndGet(log.appendDurable("x".repeat(200)), Math::max);
      case 1 -> log.append("x".repeat(3000));
      case 2 -> log.appendBatch(List.of("a", "b".repeat(2000)));
      case 3 -> {
        long last = log.lastAppendedId();
        log.sync();
        acknowledged.accumulateAndGet(last, Math::max);
      }
      case 4 -> log.flush();
      case 5 -> {
        CompletableFuture<Void> unused =
            log.appendAsync("a").thenAccept(id -> acknowledged.accumulateAndGet(id, Math::max));
      }
      default -> log.truncate(log.lastDurableId() / 2);
    }
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    boolean unused = which % 3 == 0 && Thread.interrupted();
  }
}
