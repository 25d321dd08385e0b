package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.wal.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Schedules of group commit: who leads, who shares a sync, and what a failure comes to. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GroupCommitTest {
  private static final String LOG_THREAD = "log";
  private static final long TIMEOUT_MILLIS = 20_000;

  private final GatedTarget target = new GatedTarget();
  private final GroupCommit commits = new GroupCommit(target, 0, 0, () -> {});
  private final Thread logThread = new Thread(commits.logThreadTask(), LOG_THREAD);
  private final List<Thread> callers = new ArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() {
    logThread.start();
  }

  @AfterEach
  void close() throws InterruptedException {
    target.open();
    try {
      commits.close(() -> {}, () -> {});
    } catch (IOException poisoned) {
      assertThat(commits.poison()).isNotNull();
    }
    for (Thread each : callers) {
      each.join();
    }
    logThread.join();
  }

  private long commit() throws DurabilityException {
    return commit(new Waiter.OfThread());
  }

  private long commit(Waiter.OfThread waiter) throws DurabilityException {
    long id;
    Waiter.OfThread joined;
    commits.lock().lock();
    try {
      commits.refuseIfDone();
      commits.prepare();
      id = target.append();
      joined = commits.join(waiter, true);
    } finally {
      commits.lock().unlock();
    }
    commits.await(joined);
    return id;
  }

  private WaitingFuture commitLater() throws DurabilityException {
    commits.lock().lock();
    try {
      commits.refuseIfDone();
      commits.prepare();
      WaitingFuture future = new WaitingFuture(target.append());
      commits.commitLater(future);
      return future;
    } finally {
      commits.lock().unlock();
    }
  }

  /** Starts a thread that commits an entry, and waits until the entry is appended. */
  private void startCaller(String name) {
    long before = appended();
    Thread caller =
        new Thread(
            () -> {
              try {
                commit();
              } catch (DurabilityException e) {
                failures.add(e);
              }
            },
            name);
    callers.add(caller);
    caller.start();
    Await.until(name + " has appended", () -> appended() > before);
  }

  private long appended() {
    commits.lock().lock();
    try {
      return target.appended();
    } finally {
      commits.lock().unlock();
    }
  }

  private void joinCallers() throws InterruptedException {
    for (Thread each : callers) {
      each.join();
    }
    callers.clear();
  }

  /** The steps without the marks, which come by the clock. */
  private List<String> steps() {
    return target.steps.stream().filter(step -> !step.startsWith("mark")).toList();
  }

  @Test
  void threadThatFindsNobodyLeadsAtOnce() throws Exception {
    startCaller("a");
    target.awaitSync();
    target.letSyncEnd();
    joinCallers();
    assertThat(steps()).containsExactly("write 1-1", "sync 1 by a");
    assertThat(target.durable()).isEqualTo(1);
    assertThat(commits.isLeading()).isFalse();
  }

  @Test
  void theOneThatWaitsLeadsTheNextRound() throws Exception {
    startCaller("a");
    target.awaitSync();
    startCaller("b");
    target.letSyncEnd();
    target.awaitSync();
    target.letSyncEnd();
    joinCallers();
    assertThat(steps()).containsExactly("write 1-1", "sync 1 by a", "write 2-2", "sync 2 by b");
  }

  @Test
  void threadsThatWaitShareASyncThatTheLogsThreadLeads() throws Exception {
    startCaller("a");
    target.awaitSync();
    startCaller("b");
    startCaller("c");
    startCaller("d");
    target.letSyncEnd();
    target.awaitSync();
    target.letSyncEnd();
    joinCallers();
    assertThat(steps())
        .containsExactly("write 1-1", "sync 1 by a", "write 2-4", "sync 4 by " + LOG_THREAD);
  }

  @Test
  void futuresAreServedByTheLogsThreadWithoutAnyWaiting() throws Exception {
    WaitingFuture first = commitLater();
    target.awaitSync();
    WaitingFuture second = commitLater();
    WaitingFuture third = commitLater();
    assertThat(first.isDone()).isFalse();
    target.letSyncEnd();
    target.awaitSync();
    assertThat(first.join()).isEqualTo(1);
    target.letSyncEnd();
    assertThat(second.join()).isEqualTo(2);
    assertThat(third.join()).isEqualTo(3);
    assertThat(steps())
        .containsExactly(
            "write 1-1", "sync 1 by " + LOG_THREAD, "write 2-3", "sync 3 by " + LOG_THREAD);
  }

  @Test
  void whatDependsOnAFutureMayWaitForAnotherThread() throws Exception {
    target.open();
    List<Long> later = new CopyOnWriteArrayList<>();
    WaitingFuture first = commitLater();
    var dependent =
        first.thenRun(
            () -> {
              Thread other =
                  new Thread(
                      () -> {
                        try {
                          later.add(commit());
                        } catch (DurabilityException e) {
                          failures.add(e);
                        }
                      });
              other.start();
              try {
                other.join();
              } catch (InterruptedException e) {
                failures.add(e);
              }
            });
    dependent.join();
    assertThat(later).containsExactly(2L);
    assertThat(failures).isEmpty();
  }

  @Test
  void whatDependsOnAFutureMayWaitForAFutureOfItsOwn() throws Exception {
    target.open();
    List<Long> later = new CopyOnWriteArrayList<>();
    var dependent =
        commitLater()
            .thenRun(
                () -> {
                  try {
                    WaitingFuture second = commitLater();
                    ask(second);
                    later.add(second.join());
                  } catch (DurabilityException e) {
                    failures.add(e);
                  }
                });
    dependent.join();
    assertThat(later).containsExactly(2L);
    assertThat(failures).isEmpty();
  }

  @Test
  void failedWriteLeavesTheOutcomeOpenAndTheNextRoundWritesFirstWhatWasLeft() throws Exception {
    target.open();
    target.writeFailure = new OutcomeOpenException("full", new IOException("no room"));
    assertThatThrownBy(this::commit)
        .isInstanceOf(OutcomeOpenException.class)
        .hasMessageContaining("up to 1");
    assertThat(commits.poison()).isNull();
    assertThat(commit()).isEqualTo(2);
    assertThat(steps())
        .containsExactly("write 1-2", "sync 2 by " + Thread.currentThread().getName());
  }

  @Test
  void failedSyncEndsTheWaitsOfAllAndEveryLaterCall() throws Exception {
    IOException failure = new IOException("lost");
    startCaller("a");
    target.awaitSync();
    startCaller("b");
    startCaller("c");
    WaitingFuture future = commitLater();
    target.syncFailure = failure;
    target.letSyncEnd();
    joinCallers();
    assertThat(failures)
        .hasSize(3)
        .allSatisfy(
            e -> assertThat(e).isInstanceOf(WriterPoisonedException.class).hasCause(failure));
    assertThatThrownBy(future::join).hasCauseInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(this::commit).isInstanceOf(WriterPoisonedException.class).hasCause(failure);
    assertThat(commits.poison()).isSameAs(failure);
    assertThat(target.durable()).isZero();
  }

  @Test
  void failureOutsideOfARoundEndsTheWriterToo() {
    commits.poison(new IOException("elsewhere"));
    assertThatThrownBy(this::commit).isInstanceOf(WriterPoisonedException.class);
  }

  @Test
  void errorInACallPoisonsOnlyIfTheCallHadAnEffect() throws Exception {
    target.open();
    Waiter.OfThread waiter = new Waiter.OfThread();
    commits.brokenOff(waiter, false, new OutOfMemoryError("before"));
    assertThat(commit()).isEqualTo(1);
    commits.brokenOff(waiter, true, new OutOfMemoryError("after"));
    assertThatThrownBy(this::commit)
        .isInstanceOf(WriterPoisonedException.class)
        .hasCauseInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void promiseFollowsOnceNothingElseIsWritten() throws Exception {
    target.open();
    commit();
    Await.until("the mark", () -> target.steps.contains("mark 1"));
    assertThat(target.owesPromise()).isFalse();
  }

  @Test
  void promiseThatFailedIsNotTriedAgainUntilTheNextRound() throws Exception {
    target.open();
    target.markFailure = new OutcomeOpenException("full", new IOException("no room"));
    commit();
    Await.until("the mark fails", () -> target.steps.contains("mark failed"));
    assertThat(target.owesPromise()).isTrue();
    commit();
    Await.until("the mark", () -> target.steps.contains("mark 2"));
    assertThat(target.steps).doesNotContain("mark 1");
  }

  @Test
  void closingCommitsWhatWasAppendedRunsOneLastStepAndRefusesAllThatFollows() throws Exception {
    target.open();
    WaitingFuture future = commitLater();
    List<String> last = new ArrayList<>();
    commits.close(() -> last.add("finish"), () -> last.add("abandon"));
    assertThat(future.join()).isEqualTo(1);
    assertThat(last).containsExactly("finish");
    assertThatThrownBy(this::commit).hasMessageContaining("closed");
    commits.close(() -> last.add("again"), () -> last.add("again"));
    assertThat(last).containsExactly("finish");
    assertThat(commits.isLeading()).isFalse();
  }

  @Test
  void closingAPoisonedWriterAbandonsItsFiles() throws Exception {
    target.open();
    target.syncFailure = new IOException("lost");
    assertThatThrownBy(this::commit).isInstanceOf(WriterPoisonedException.class);
    List<String> last = new ArrayList<>();
    assertThatThrownBy(() -> commits.close(() -> last.add("finish"), () -> last.add("abandon")))
        .isInstanceOf(WriterPoisonedException.class);
    assertThat(last).containsExactly("abandon");
  }

  @Test
  void intervalSyncsWhatNobodyWaitsFor() throws Exception {
    GatedTarget timed = new GatedTarget();
    timed.open();
    GroupCommit byTheClock = new GroupCommit(timed, 1_000_000, 0, () -> {});
    Thread thread = new Thread(byTheClock.logThreadTask(), "clock");
    thread.start();
    byTheClock.lock().lock();
    try {
      byTheClock.prepare();
      timed.append();
    } finally {
      byTheClock.lock().unlock();
    }
    Await.until("the entry is durable", () -> timed.durable() == 1);
    byTheClock.close(() -> {}, () -> {});
    thread.join();
    assertThat(timed.steps).contains("write 1-1", "sync 1 by clock");
  }

  @Test
  void whatIsDurableIsCommittedWithoutARound() throws Exception {
    target.open();
    commit();
    Waiter.OfThread waiter = new Waiter.OfThread();
    commits.lock().lock();
    try {
      assertThat(commits.join(waiter, true)).isNull();
      assertThat(commits.join(waiter, false)).isNull();
    } finally {
      commits.lock().unlock();
    }
    assertThat(commits.durable()).isEqualTo(1);
  }

  @Test
  void nothingIsAppendedOnceAnErrorBrokeOffAnAppend() {
    target.broken = true;
    assertThatThrownBy(this::commit)
        .isInstanceOf(WriterPoisonedException.class)
        .hasMessageContaining("an Error broke off an append");
    assertThat(appended()).isZero();
    target.broken = false;
    assertThatThrownBy(this::commit).as("it stays so").isInstanceOf(WriterPoisonedException.class);
  }

  /** A thread that waits for room; it ends once it was told that there may be some. */
  private Thread waiterForRoom() {
    Thread waiter =
        new Thread(
            () -> {
              commits.lock().lock();
              try {
                commits.awaitRoom(new Waiter.OfThread());
              } catch (DurabilityException e) {
                failures.add(e);
              } finally {
                commits.lock().unlock();
              }
            },
            "waits for room");
    waiter.setDaemon(true);
    waiter.start();
    Await.until("it waits", () -> waiter.getState() == Thread.State.WAITING);
    return waiter;
  }

  private static void assertEnds(Thread thread) throws InterruptedException {
    thread.join(TIMEOUT_MILLIS);
    assertThat(thread.isAlive()).as(thread.getName() + " is still there").isFalse();
  }

  @Test
  void whoWaitsForRoomLooksAgainAfterTheRound() throws Exception {
    startCaller("a");
    target.awaitSync();
    Thread waiter = waiterForRoom();
    target.letSyncEnd();
    assertEnds(waiter);
    assertThat(failures).isEmpty();
  }

  @Test
  void whoNeedsRoomWhileNobodyWritesDoesSoItselfAndHasTheLockAfterwards() throws Exception {
    target.open();
    commits.lock().lock();
    try {
      commits.prepare();
      target.append();
      commits.awaitRoom(new Waiter.OfThread());
      assertThat(commits.lock().isHeldByCurrentThread()).isTrue();
    } finally {
      commits.lock().unlock();
    }
    assertThat(steps()).containsExactly("write 1-1");
  }

  @Test
  void whoWaitsForRoomIsToldAtOnceThatTheWriterFailed() throws Exception {
    startCaller("a");
    target.awaitSync();
    Thread waiter = waiterForRoom();
    commits.poison(new IOException("elsewhere"));
    assertEnds(waiter);
  }

  @Test
  void whoWaitsForRoomIsToldAtOnceThatAnErrorEndedTheWriter() throws Exception {
    startCaller("a");
    target.awaitSync();
    Thread waiter = waiterForRoom();
    commits.brokenOff(new Waiter.OfThread(), true, new OutOfMemoryError("planted"));
    assertEnds(waiter);
  }

  @Test
  void interruptDoesNotEndAWaitAndTheFlagIsSetAfterwards() throws Exception {
    startCaller("a");
    target.awaitSync();
    List<Boolean> interrupted = new CopyOnWriteArrayList<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                commit();
              } catch (DurabilityException e) {
                failures.add(e);
              }
              interrupted.add(Thread.interrupted());
            },
            "b");
    caller.start();
    callers.add(caller);
    Await.until("b waits", () -> caller.getState() == Thread.State.WAITING);
    caller.interrupt();
    Await.until("b takes note of it", () -> !caller.isInterrupted());
    assertThat(caller.isAlive()).isTrue();
    target.open();
    joinCallers();
    assertThat(failures).isEmpty();
    assertThat(interrupted).containsExactly(true);
    assertThat(target.durable()).isEqualTo(2);
  }

  /** Waits until it is known what became of a future. */
  private void ask(WaitingFuture future) {
    try {
      assertThat(commits.await(future, Long.MAX_VALUE, false)).isTrue();
    } catch (InterruptedException e) {
      failures.add(e);
    }
  }

  /** The first future of a round, whose dependents ask for the last of the same round. */
  private WaitingFuture firstOfTwoInARound(List<WaitingFuture> both) throws Exception {
    startCaller("a");
    target.awaitSync();
    both.add(commitLater());
    both.add(commitLater());
    return both.get(0);
  }

  @Test
  void whatDependsOnAFutureMayWaitForAnotherOneOfItsRound() throws Exception {
    List<WaitingFuture> both = new ArrayList<>();
    var dependent =
        firstOfTwoInARound(both)
            .thenApply(
                id -> {
                  ask(both.get(1));
                  return both.get(1).getNow(0L);
                });
    target.open();
    assertThat(dependent.join()).isEqualTo(3);
  }

  @Test
  void whatDependsOnAFutureThatFailedIsToldAtOnceThatOthersOfItsRoundFailed() throws Exception {
    List<WaitingFuture> both = new ArrayList<>();
    var dependent =
        firstOfTwoInARound(both)
            .handle(
                (id, failure) -> {
                  ask(both.get(1));
                  return both.get(1).handle((none, its) -> its).getNow(null);
                });
    target.syncFailure = new IOException("lost");
    target.open();
    assertThat(dependent.join())
        .isInstanceOf(WriterPoisonedException.class)
        .isSameAs(both.get(1).failure());
  }

  @Test
  void logsThreadLeadsForThreadsAgainAfterItHasServedFutures() throws Exception {
    WaitingFuture future = commitLater();
    target.awaitSync();
    target.letSyncEnd();
    assertThat(future.join()).isEqualTo(1);
    Await.until("the log's thread is idle again", () -> target.steps.contains("mark 1"));
    startCaller("a");
    target.awaitSync();
    startCaller("b");
    startCaller("c");
    target.letSyncEnd();
    target.awaitSync();
    target.letSyncEnd();
    joinCallers();
    assertThat(steps()).endsWith("write 3-4", "sync 4 by " + LOG_THREAD);
  }

  @Test
  void promiseIsWrittenWithoutTheLock() throws Exception {
    List<Boolean> held = new CopyOnWriteArrayList<>();
    target.duringMark = () -> held.add(commits.lock().isHeldByCurrentThread());
    target.open();
    commit();
    Await.until("the mark", () -> target.steps.contains("mark 1"));
    assertThat(held).containsExactly(false);
  }

  @Test
  void closingWaitsForAPromiseThatIsBeingWritten() throws Exception {
    CountDownLatch marking = new CountDownLatch(1);
    CountDownLatch marked = new CountDownLatch(1);
    target.duringMark =
        () -> {
          marking.countDown();
          awaitUninterruptibly(marked);
        };
    target.open();
    commit();
    awaitUninterruptibly(marking);
    List<Object> last = new CopyOnWriteArrayList<>();
    Thread closer =
        new Thread(
            () -> {
              try {
                commits.close(() -> last.add(target.owesPromise()), () -> last.add("abandon"));
              } catch (IOException | RuntimeException e) {
                last.add(e);
              }
            },
            "closer");
    closer.setDaemon(true);
    closer.start();
    Await.until(
        "the closer waits or is done",
        () -> closer.getState() == Thread.State.WAITING || !closer.isAlive());
    assertThat(last).isEmpty();
    marked.countDown();
    assertEnds(closer);
    assertThat(last).as("the last step came after the promise").containsExactly(false);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    Await.until("the latch is open", () -> latch.getCount() == 0);
  }

  @Test
  void closingServesHoweverManyWait() throws Exception {
    startCaller("first");
    target.awaitSync();
    for (int i = 0; i < 16; i++) { // As many as a round has room for at first.
      startCaller("caller " + i);
    }
    Thread opener =
        new Thread(
            () -> {
              Await.until("closing has begun", this::isClosed);
              target.open();
            });
    opener.start();
    commits.close(() -> {}, () -> {});
    opener.join();
    joinCallers();
    assertThat(failures).isEmpty();
    assertThat(target.durable()).isEqualTo(17);
  }

  private boolean isClosed() {
    commits.lock().lock();
    try {
      commits.refuseIfDone();
      return false;
    } catch (DurabilityException closed) {
      return true;
    } finally {
      commits.lock().unlock();
    }
  }

  private WaitingFuture lateFuture() {
    commits.lock().lock();
    try {
      commits.prepare();
      WaitingFuture late = new WaitingFuture(target.append());
      commits.commitLater(late);
      return late;
    } finally {
      commits.lock().unlock();
    }
  }

  @Test
  void whoeverStillWaitsWhenTheFilesAreClosedIsToldSo() throws Exception {
    target.open();
    List<WaitingFuture> late = new ArrayList<>();
    commits.close(() -> late.add(lateFuture()), () -> {});
    assertThatThrownBy(late.get(0)::join)
        .hasCauseInstanceOf(DurabilityException.class)
        .hasStackTraceContaining("the writer was closed");
  }

  @Test
  void whoeverStillWaitsWhenTheLastStepFailedIsToldWhy() throws Exception {
    target.open();
    List<WaitingFuture> late = new ArrayList<>();
    IOException failure = new IOException("the disk is gone");
    assertThatThrownBy(
            () ->
                commits.close(
                    () -> {
                      late.add(lateFuture());
                      throw failure;
                    },
                    () -> {}))
        .isSameAs(failure);
    assertThatThrownBy(late.get(0)::join).hasStackTraceContaining("the disk is gone");
  }

  @Test
  void intervalSyncsWhatWasFlushedMeanwhile() throws Exception {
    GatedTarget timed = new GatedTarget();
    timed.open();
    GroupCommit byTheClock = new GroupCommit(timed, 20_000_000, 0, () -> {});
    Thread thread = new Thread(byTheClock.logThreadTask(), "clock");
    thread.start();
    Waiter.OfThread joined;
    byTheClock.lock().lock();
    try {
      byTheClock.prepare();
      timed.append();
      joined = byTheClock.join(new Waiter.OfThread(), false);
    } finally {
      byTheClock.lock().unlock();
    }
    byTheClock.await(joined);
    assertThat(timed.written()).isEqualTo(1);
    Await.until("the entry is durable", () -> timed.durable() == 1);
    byTheClock.close(() -> {}, () -> {});
    thread.join();
  }

  @Test
  void callThatAnErrorBrokeOffWaitsUntilItsRoundIsOver() throws Exception {
    startCaller("a");
    target.awaitSync();
    List<Integer> states = new CopyOnWriteArrayList<>();
    Thread hit =
        new Thread(
            () -> {
              Waiter.OfThread waiter = new Waiter.OfThread();
              commits.lock().lock();
              try {
                commits.prepare();
                target.append();
                commits.join(waiter, true);
              } finally {
                commits.lock().unlock();
              }
              commits.brokenOff(waiter, true, new OutOfMemoryError("planted"));
              states.add(waiter.state);
            },
            "hit");
    hit.setDaemon(true);
    hit.start();
    Await.until("the writer is poisoned", () -> commits.poison() != null);
    target.open();
    assertEnds(hit);
    assertThat(states).as("it is in no round any more").containsExactly(Waiter.OfThread.SETTLED);
  }
}
