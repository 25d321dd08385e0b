package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.wal.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing, and failing, while Errors break off what a thread owes to others. */
class ClosingTest {
  private static final long TIMEOUT_MILLIS = 300_000;

  private final GatedTarget target = new GatedTarget();
  private final GroupCommit commits = new GroupCommit(target, 0, 0, () -> {});
  private final Thread logThread = new Thread(commits.logThreadTask(), "log");

  private final AtomicInteger attempts = new AtomicInteger();
  private volatile boolean noMemory;

  /** Cannot be settled while there is no memory. */
  private final class MemoryTaker extends WaitingFuture {
    MemoryTaker(long position) {
      super(position);
    }

    @Override
    public void settle(@Nullable DurabilityException why) {
      if (noMemory) {
        attempts.incrementAndGet();
        throw new OutOfMemoryError("no memory to settle it");
      }
      super.settle(why);
    }
  }

  private Thread startCaller() {
    Thread caller =
        new Thread(
            () -> {
              try {
                Waiter.OfThread joined;
                commits.lock().lock();
                try {
                  commits.prepare();
                  long unused = target.append();
                  joined = commits.join(new Waiter.OfThread(), true);
                } finally {
                  commits.lock().unlock();
                }
                commits.await(joined);
              } catch (DurabilityException e) {
                throw new AssertionError(e);
              }
            },
            "caller");
    caller.start();
    return caller;
  }

  private void abandon(List<String> last) {
    last.add("abandon");
    noMemory = false;
  }

  @Test
  @Timeout(600)
  void logsThreadEndsAndAllAreToldIfTheThreadThatClosesCannotTellThem() throws Exception {
    logThread.setDaemon(true);
    logThread.start();
    Thread caller = startCaller();
    target.awaitSync();
    MemoryTaker future;
    commits.lock().lock();
    try {
      commits.prepare();
      future = new MemoryTaker(target.append());
      commits.commitLater(future);
    } finally {
      commits.lock().unlock();
    }
    Thread opener =
        new Thread(
            () -> {
              Await.until(
                  "closing has joined",
                  () -> {
                    commits.lock().lock();
                    try {
                      commits.refuseIfDone();
                      return false;
                    } catch (DurabilityException closed) {
                      return true;
                    } finally {
                      commits.lock().unlock();
                    }
                  });
              target.open();
            });
    opener.start();
    noMemory = true;
    List<String> last = new ArrayList<>();
    assertThatThrownBy(() -> commits.close(() -> last.add("finish"), () -> abandon(last)))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(last).containsExactly("abandon");
    caller.join();
    opener.join();
    logThread.join(TIMEOUT_MILLIS);
    assertThat(logThread.isAlive()).as("the log's own thread is still there").isFalse();
    assertThat(future).as("nobody told it").isCompletedWithValue(2L);
  }

  @Test
  @Timeout(600)
  void closingAgainDoesNotWaitForARoundThatNobodyLeads() throws Exception {
    target.open();
    MemoryTaker future;
    commits.lock().lock();
    try {
      commits.prepare();
      future = new MemoryTaker(target.append());
      commits.commitLater(future);
    } finally {
      commits.lock().unlock();
    }
    noMemory = true;
    target.appendedError = new OutOfMemoryError("before anything happened");
    List<String> last = new ArrayList<>();
    assertThatThrownBy(() -> commits.close(() -> last.add("finish"), () -> last.add("abandon")))
        .isInstanceOf(OutOfMemoryError.class);
    noMemory = false;
    logThread.start();
    commits.close(() -> last.add("finish"), () -> last.add("abandon"));
    logThread.join(TIMEOUT_MILLIS);
    assertThat(logThread.isAlive()).as("the log's own thread is still there").isFalse();
    assertThat(last).containsExactly("abandon");
    assertThat(future).isCompletedExceptionally();
  }

  @Test
  @Timeout(600)
  void logsThreadEndsThoughItLeftTheSameToItselfTwice() throws Exception {
    target.open();
    logThread.setDaemon(true);
    logThread.start();
    noMemory = true;
    MemoryTaker future;
    commits.lock().lock();
    try {
      commits.prepare();
      future = new MemoryTaker(target.append());
      commits.commitLater(future);
    } finally {
      commits.lock().unlock();
    }
    Await.until("it was tried a few times", () -> attempts.get() > 6);
    noMemory = false;
    Await.until("the future is told", future::isDone);
    commits.close(() -> {}, () -> {});
    logThread.join(TIMEOUT_MILLIS);
    assertThat(logThread.isAlive()).as("the log's own thread is still there").isFalse();
  }

  @Test
  @Timeout(600)
  void futureIsToldAlthoughTheThreadThatFoundTheFailureCouldNotTellIt() throws Exception {
    MemoryTaker future;
    commits.lock().lock();
    try {
      commits.prepare();
      future = new MemoryTaker(target.append());
      commits.commitLater(future);
    } finally {
      commits.lock().unlock();
    }
    noMemory = true;
    IOException failure = new IOException("outside of a round");
    assertThatCode(() -> commits.poison(failure)).doesNotThrowAnyException();
    assertThat(commits.poison()).isSameAs(failure);
    noMemory = false;
    logThread.start();
    Await.until("the future is told", future::isDone);
    assertThat(future).isCompletedExceptionally();
    assertThatThrownBy(() -> commits.close(() -> {}, () -> {}))
        .isInstanceOf(DurabilityException.class);
    logThread.join(TIMEOUT_MILLIS);
    assertThat(logThread.isAlive()).as("the log's own thread is still there").isFalse();
  }
}
