package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.wal.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing commits what was appended, and whoever still waits is told how it ended. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class GroupCommitClosingTest extends GroupCommitFixture {
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
}
