package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.wal.Await;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads that ask for futures, while the log's own thread runs what depends on others. */
class AskersTest extends GroupCommitFixture {
  private static final long FOR_EVER = Long.MAX_VALUE;

  private final CountDownLatch goOn = new CountDownLatch(1);

  @Override
  @AfterEach
  void close() throws InterruptedException {
    goOn.countDown();
    super.close();
  }

  /** Something depends on a future that runs until the test ends. */
  private CountDownLatch holdsUp(WaitingFuture future) {
    CountDownLatch running = new CountDownLatch(1);
    CompletableFuture<Void> unused =
        future.thenRun(
            () -> {
              running.countDown();
              try {
                goOn.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    return running;
  }

  /** No sync waits any more. */
  private void holdUpTheLogThread() throws DurabilityException, InterruptedException {
    WaitingFuture future = commitLater();
    target.awaitSync(); // Else this thread might be the one.
    CountDownLatch running = holdsUp(future);
    target.open();
    running.await();
  }

  /** Asks for a future on a thread of its own. */
  private CompletableFuture<Boolean> asks(WaitingFuture future) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(commits.await(future, FOR_EVER, true));
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
    thread.start();
    Await.until("it asks", () -> future.asker() != null);
    return result;
  }

  private static void assertTrue(CompletableFuture<Boolean> result) throws Exception {
    assertThat(result.get(300, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whoAsksForAFutureThatTheLogServesAnywayLeadsNoRound() throws Exception {
    WaitingFuture first = commitLater();
    target.awaitSync();
    WaitingFuture second = commitLater();
    assertThat(commits.await(second, 0, false)).isFalse();
    assertThat(second.isDone()).isFalse();
    target.open(); // Not asked again: between two rounds, who asks may lead the next.
    Await.until("the log serves both", () -> first.isDone() && second.isDone());
    assertThat(target.steps)
        .allMatch(step -> !step.startsWith("sync") || step.endsWith(LOG_THREAD));
  }

  @Test
  void interruptEndsTheWaitIfItMay() throws Exception {
    WaitingFuture future = commitLater();
    target.awaitSync();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> commits.await(future, FOR_EVER, true))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
    assertThat(future.asker()).isNull();
  }

  @Test
  void whoAsksIsWokenThoughOthersAskedAfterItAndWentAway() throws Exception {
    WaitingFuture future = commitLater();
    target.awaitSync();
    CompletableFuture<Boolean> first = asks(future);
    Asker asker = future.asker();
    Thread.currentThread().interrupt();
    assertThat(commits.await(future, 1, false)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(future.asker()).isSameAs(asker);
    target.letSyncEnd();
    assertTrue(first);
    Await.until("nobody asks", () -> future.asker() == null);
  }

  @Test
  void whoAskedBeforeTheRoundEndsIsToldBeforeWhatDependsOnAnotherFutureRuns() throws Exception {
    WaitingFuture earlier = commitLater();
    target.awaitSync();
    CountDownLatch running = holdsUp(commitLater());
    WaitingFuture second = commitLater();
    CompletableFuture<Boolean> answer = asks(second);
    target.open();
    running.await();
    assertTrue(answer);
    assertThat(second).isDone();
    assertThat(earlier).isDone();
  }

  @Test
  void whoLeadsARoundToAskRunsNothingThatDependsOnOtherFutures() throws Exception {
    holdUpTheLogThread();
    WaitingFuture other = commitLater();
    CompletableFuture<String> thread = other.thenApply(id -> Thread.currentThread().getName());
    WaitingFuture mine = commitLater();
    assertThat(commits.await(mine, FOR_EVER, false)).isTrue();
    assertThat(mine).isDone();
    assertThat(other).isNotDone();
    goOn.countDown();
    assertThat(thread.get(300, TimeUnit.SECONDS)).isEqualTo(LOG_THREAD);
  }

  @Test
  void whoAskedForTheNextRoundLeadsItIfTheLogsOwnThreadIsHeldUp() throws Exception {
    CountDownLatch running = holdsUp(commitLater());
    target.awaitSync();
    WaitingFuture next = commitLater();
    CompletableFuture<Boolean> answer = asks(next);
    target.open();
    running.await();
    assertTrue(answer);
    assertThat(next).isDone();
  }

  @Test
  void whoAsksAfterTheLogsOwnThreadIsHeldUpLeads() throws Exception {
    holdUpTheLogThread();
    WaitingFuture next = commitLater();
    assertThat(commits.await(next, FOR_EVER, false)).isTrue();
    assertThat(next).isDone();
  }

  @Test
  void whoAsksIsToldOfAFailedWriteThatLeavesTheOutcomeOpen() throws Exception {
    holdUpTheLogThread();
    WaitingFuture next = commitLater();
    target.writeFailure = new OutcomeOpenException("full", new IOException("no room"));
    assertThat(commits.await(next, FOR_EVER, false)).isTrue();
    assertThat(commits.whyNot(next)).isInstanceOf(OutcomeOpenException.class);
    assertThat(next).isCompletedExceptionally();
  }

  @Test
  void threadThatOthersMayWaitForLeavesFuturesToTheLogsOwnThread() throws Exception {
    Thread self = Thread.currentThread();
    commits.leavingDependentsWhile(() -> Thread.currentThread() == self);
    holdUpTheLogThread();
    WaitingFuture first = commitLater();
    CompletableFuture<String> thread = first.thenApply(id -> Thread.currentThread().getName());
    assertThat(commit()).isEqualTo(3); // Leads the round of that future, too.
    WaitingFuture second = commitLater();
    assertThat(commit()).isEqualTo(5);
    assertThat(commits.durable()).isEqualTo(5);
    assertThat(commits.await(first, FOR_EVER, false)).isTrue();
    assertThat(commits.whyNot(first)).isNull();
    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
    goOn.countDown();
    assertThat(thread.get(300, TimeUnit.SECONDS)).isEqualTo(LOG_THREAD);
    assertThat(second.get(300, TimeUnit.SECONDS)).isEqualTo(4);
  }

  @Test
  void futuresThatWereLeftAreSettledBeforeTheLogsOwnThreadEnds() throws Exception {
    Thread self = Thread.currentThread();
    commits.leavingDependentsWhile(() -> Thread.currentThread() == self);
    holdUpTheLogThread();
    WaitingFuture left = commitLater();
    assertThat(commit()).isEqualTo(3);
    commits.close(() -> {}, () -> {});
    assertThat(left).isNotDone();
    goOn.countDown();
    logThread.join();
    assertThat(left).isCompletedWithValue(2L);
  }
}
