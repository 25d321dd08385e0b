package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.AppliedState.Progress;
import dev.durability.wal.WalObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that cannot start, as under a limit of processes. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BackgroundCheckpointsTest {
  private static final CheckpointPolicy EVERY_TEN = CheckpointPolicy.manual().everyEntries(10);

  private final OutOfMemoryError noThread = new OutOfMemoryError("unable to create native thread");
  private final List<Throwable> told = new ArrayList<>();
  private final List<Throwable> reported = new ArrayList<>();
  private final AtomicInteger written = new AtomicInteger();
  private final WalObserver observer =
      new WalObserver() {
        @Override
        public void onCheckpointFailed(Throwable cause) {
          told.add(cause);
        }
      };
  private int failures;

  /** Tests have a thread of their own. */
  private void noteWhatIsReported() {
    Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> reported.add(e));
  }

  private Thread newThread(Runnable work) {
    if (failures-- <= 0) {
      return BackgroundCheckpoints.newThread(work);
    }
    return new Thread(work) {
      @Override
      public synchronized void start() {
        throw noThread;
      }
    };
  }

  private BackgroundCheckpoints checkpoints(WalObserver who) {
    return new BackgroundCheckpoints(
        EVERY_TEN, who, this::newThread, written::incrementAndGet, 0, new Progress(0, 0));
  }

  @Test
  void threadThatCannotStartIsToldAndTriedAgainWhenTheNextCheckpointIsDue() {
    noteWhatIsReported();
    failures = 2;
    BackgroundCheckpoints checkpoints = checkpoints(observer);
    for (int entries = 1; entries <= 29; entries++) {
      checkpoints.progressed(new Progress(entries, 0)); // Throws nothing.
    }
    assertThat(told).as("due at 10 and at 20").containsExactly(noThread, noThread);
    assertThat(reported).containsExactly(noThread, noThread);
    assertThat(checkpoints.lastFailure()).isSameAs(noThread);
    checkpoints.progressed(new Progress(30, 0));
    checkpoints.close();
    assertThat(written).hasValue(1);
    assertThat(told).hasSize(2);
    checkpoints.progressed(new Progress(90, 0));
    assertThat(written).as("closed").hasValue(1);
  }

  @Test
  void whateverAnObserverOrAHandlerThrowsTheUpdateGoesOn() {
    noteWhatIsReported();
    Error ofTheObserver = new Error("observer");
    for (int handler = 0; handler < 2; handler++) {
      failures = 1;
      reported.clear();
      if (handler == 1) {
        Thread.currentThread()
            .setUncaughtExceptionHandler(
                (thread, e) -> {
                  throw new Error("handler");
                });
      }
      BackgroundCheckpoints checkpoints =
          checkpoints(
              new WalObserver() {
                @Override
                public void onCheckpointFailed(Throwable cause) {
                  throw ofTheObserver;
                }
              });
      checkpoints.progressed(new Progress(10, 0));
      if (handler == 0) {
        assertThat(reported).containsExactly(ofTheObserver, noThread);
      }
      assertThat(checkpoints.lastFailure()).isSameAs(noThread);
      int writtenBefore = written.get();
      checkpoints.progressed(new Progress(20, 0));
      checkpoints.close();
      assertThat(written).hasValue(writtenBefore + 1);
    }
  }

  @Test
  void whatBecomesDueMeanwhileIsWrittenByTheSameThreadAndClosingWaitsForIt() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    BackgroundCheckpoints checkpoints =
        new BackgroundCheckpoints(
            EVERY_TEN,
            observer,
            this::newThread,
            () -> {
              writing.countDown();
              go.await();
              return written.incrementAndGet();
            },
            0,
            new Progress(0, 0));
    checkpoints.progressed(new Progress(10, 0));
    writing.await();
    failures = 1; // No other thread is asked for.
    checkpoints.progressed(new Progress(20, 0));
    assertThat(checkpoints.isOnItsThread()).isFalse();
    go.countDown();
    while (written.get() < 2) {
      Thread.onSpinWait();
    }
    checkpoints.close();
    assertThat(written).hasValue(2);
    assertThat(told).isEmpty();
  }
}
