package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.DELETE;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockHeldException;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing beside other calls: each of them ends, and the lock is given up last. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalClosingTest extends GroupCommitFixture {
  @Test
  void closingByAnInterruptedThreadWaitsForWhatDependsOnFuturesAndKeepsTheFlag() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    WalWriter<String> log = Logs.open(directory);
    Gate gate = new Gate();
    CompletableFuture<Void> dependent =
        log.appendAsync("a")
            .thenAccept(
                id -> {
                  running.countDown();
                  awaitForEver(release);
                });
    gate.open();
    await(running);
    AtomicBoolean flag = new AtomicBoolean();
    Thread closer =
        start(
            () -> {
              Thread.currentThread().interrupt();
              log.close();
              flag.set(Thread.interrupted());
            });
    Await.until(
        "it waits with everything else done",
        () -> isClosed(log) && closer.getState() == Thread.State.WAITING);
    assertThatThrownBy(() -> Logs.open(memory)).isInstanceOf(LockHeldException.class);
    release.countDown();
    closer.join(300_000);
    assertThat(flag).isTrue();
    assertThat(dependent).isCompleted();
    Logs.open(memory).close();
  }

  @Test
  void closeAgainstAppendersAcknowledgesOrRefusesEachAndLosesNothing() throws Exception {
    for (int run = 0; run < 60; run++) {
      MemoryDirectory each = new MemoryDirectory();
      WalWriter<String> log = Logs.open(each);
      AtomicLong acknowledged = new AtomicLong();
      CountDownLatch some = new CountDownLatch(5 + run);
      inThreads(
          7,
          thread -> {
            if (thread >= 5) {
              await(some);
              log.close();
              return;
            }
            try {
              while (true) {
                long id =
                    thread % 2 == 0
                        ? log.appendDurable("x".repeat(300))
                        : log.appendAsync("y").get(300, TimeUnit.SECONDS);
                acknowledged.accumulateAndGet(id, Math::max);
                some.countDown();
              }
            } catch (DurabilityException e) {
              assertThat(e).hasMessageContaining("closed");
            }
          });
      log.close();
      assertThatThrownBy(() -> log.append("a")).hasMessageContaining("closed");
      assertThatThrownBy(log::sync).hasMessageContaining("closed");
      assertThat((long) Logs.entries(each).size()).isGreaterThanOrEqualTo(acknowledged.get());
      assertThat(Logs.verdict(each)).isEqualTo(Verdict.CLEAN);
    }
  }

  @Test
  void secondCloseDoesNotGiveUpTheLockWhileTheFirstIsWriting() throws Exception {
    WalWriter<String> log = Logs.open(directory);
    log.appendDurable("a");
    CountDownLatch ending = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicBoolean armed = new AtomicBoolean(true);
    directory.before(
        (operation, path) -> {
          if (operation == SYNC_FILE && armed.getAndSet(false)) {
            ending.countDown();
            await(goOn);
          }
        });
    Future<?> first = executor.submit(() -> close(log));
    await(ending);
    executor.submit(() -> close(log)).get(300, TimeUnit.SECONDS);
    assertThatThrownBy(() -> Logs.open(memory)).isInstanceOf(LockHeldException.class);
    goOn.countDown();
    first.get(300, TimeUnit.SECONDS);
    Logs.open(memory).close();
  }

  @Test
  void closeDuringTruncationKeepsTheLockUntilTheLastDeletion() throws Exception {
    WalWriter<String> log = Logs.open(directory);
    for (int i = 0; i < 4; i++) {
      log.appendDurable("x".repeat(3000));
    }
    CountDownLatch deleting = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    directory.before(
        (operation, path) -> {
          if (operation == DELETE && deleting.getCount() > 0) {
            deleting.countDown();
            await(goOn);
          }
        });
    Future<List<SegmentRange>> truncation = executor.submit(() -> log.truncate(3));
    await(deleting);
    Future<?> closing = executor.submit(() -> close(log));
    Await.until("it is closing", () -> isClosed(log));
    assertThatThrownBy(() -> Logs.open(memory)).isInstanceOf(LockHeldException.class);
    goOn.countDown();
    assertThat(truncation.get(300, TimeUnit.SECONDS)).hasSize(3);
    closing.get(300, TimeUnit.SECONDS);
    Logs.open(memory).close();
  }

  private static boolean isClosed(WalWriter<String> log) {
    try {
      log.flush();
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
