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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Schedules of group commit: who leads, who shares a sync, and what a failure comes to. */
class GroupCommitTest {
  private static final String LOG_THREAD = "log";

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
                    commits.help(second);
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
}
