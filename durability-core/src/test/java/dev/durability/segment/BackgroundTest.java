package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.wal.Await;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads that work on files beside the one that leads. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class BackgroundTest {
  private final CountDownLatch goOn = new CountDownLatch(1);

  private void awaitGoOn() {
    try {
      if (!goOn.await(300, TimeUnit.SECONDS)) {
        throw new AssertionError("waited in vain");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTaskThatTakesLongIsNotInTheWayOfAnother() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    try (Background background = new Background()) {
      background.execute(this::awaitGoOn);
      background.executeOrRun(done::countDown);
      assertThat(done.await(300, TimeUnit.SECONDS)).isTrue();
      goOn.countDown();
    }
  }

  @Test
  void closingWaitsForAllThatWasBegunAlsoInAThreadThatIsInterrupted() throws Exception {
    AtomicInteger done = new AtomicInteger();
    AtomicInteger doneWhenClosed = new AtomicInteger();
    AtomicBoolean interrupted = new AtomicBoolean();
    Background background = new Background();
    for (int i = 0; i < 5; i++) {
      background.execute(
          () -> {
            assertThat(Thread.currentThread().isDaemon()).isTrue();
            awaitGoOn();
            done.incrementAndGet();
          });
    }
    Thread closing =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              background.close();
              doneWhenClosed.set(done.get());
              interrupted.set(Thread.interrupted());
            });
    closing.start();
    Await.until(
        "it waits, although it was interrupted",
        () ->
            closing.getState() == Thread.State.TIMED_WAITING
                || closing.getState() == Thread.State.TERMINATED);
    goOn.countDown();
    closing.join(300_000);
    assertThat(doneWhenClosed).hasValue(5);
    assertThat(interrupted).isTrue();
  }

  @Test
  void closingLeavesTheFlagOfAThreadThatIsNotInterruptedAsItIs() {
    new Background().close();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
