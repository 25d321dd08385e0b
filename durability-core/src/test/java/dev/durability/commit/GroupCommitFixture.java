package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.errors.DurabilityException;
import dev.durability.wal.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A group commit over a target in memory, with threads that call it. */
abstract class GroupCommitFixture {
  static final String LOG_THREAD = "log";
  static final long TIMEOUT_MILLIS = 300_000;

  final GatedTarget target = new GatedTarget();
  final GroupCommit commits = new GroupCommit(target, 0, 0, () -> {});
  final Thread logThread = new Thread(commits.logThreadTask(), LOG_THREAD);
  final List<Thread> callers = new ArrayList<>();
  final List<Throwable> failures = new CopyOnWriteArrayList<>();

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

  long commit() throws DurabilityException {
    return commit(new Waiter.OfThread());
  }

  long commit(Waiter.OfThread waiter) throws DurabilityException {
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

  WaitingFuture commitLater() throws DurabilityException {
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
  void startCaller(String name) {
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

  long appended() {
    commits.lock().lock();
    try {
      return target.appended();
    } finally {
      commits.lock().unlock();
    }
  }

  void joinCallers() throws InterruptedException {
    for (Thread each : callers) {
      each.join();
    }
    callers.clear();
  }

  /** The steps without the marks, which come by the clock. */
  List<String> steps() {
    return target.steps.stream().filter(step -> !step.startsWith("mark")).toList();
  }

  static void assertEnds(Thread thread) throws InterruptedException {
    thread.join(TIMEOUT_MILLIS);
    assertThat(thread.isAlive()).as(thread.getName() + " is still there").isFalse();
  }
}
