package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.wal.Await;
import java.io.IOException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A task that one thread waits for and another one runs. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class PendingTest {
  private static final class Answer extends Pending<String> {
    private int runs;

    @Override
    String work() {
      runs++;
      return "done";
    }
  }

  private final Answer answer = new Answer();
  private final CopyOnWriteArrayList<Object> seen = new CopyOnWriteArrayList<>();

  @Test
  void interruptDoesNotEndTheWaitAndTheFlagIsSetAfterwards() throws Exception {
    Thread waiter =
        new Thread(
            () -> {
              try {
                seen.add(String.valueOf(answer.await()));
              } catch (IOException e) {
                seen.add(e);
              }
              seen.add(Thread.interrupted());
            });
    waiter.start();
    Await.until("it waits", () -> waiter.getState() == Thread.State.WAITING);
    waiter.interrupt();
    Await.until("it takes note", () -> !waiter.isInterrupted());
    assertThat(seen).isEmpty();
    answer.run();
    waiter.join();
    assertThat(seen).containsExactly("done", true);
  }

  @Test
  void taskRunsOnceAndItsOutcomeStays() throws Exception {
    answer.run();
    answer.run();
    assertThat(answer.runs).isEqualTo(1);
    assertThat(answer.await()).isEqualTo("done");
    assertThat(answer.await()).isEqualTo("done");
    assertThat(Thread.interrupted()).isFalse();
  }
}
