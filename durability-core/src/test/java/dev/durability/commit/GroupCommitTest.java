package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.errors.DurabilityException;
import dev.durability.wal.Await;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Schedules of group commit: who leads, who shares a sync, and what is promised when. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class GroupCommitTest extends GroupCommitFixture {
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
  void promiseFollowsOnceNothingElseIsWritten() throws Exception {
    target.open();
    commit();
    Await.until("the mark", () -> target.steps.contains("mark 1"));
    assertThat(target.owesPromise()).isFalse();
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
}
