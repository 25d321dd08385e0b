package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.wal.Await;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a failure in a round comes to, for those who wait and for later calls. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class GroupCommitFailuresTest extends GroupCommitFixture {
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
  void nothingIsAppendedOnceAnErrorBrokeOffAnAppend() {
    target.broken = true;
    assertThatThrownBy(this::commit)
        .isInstanceOf(WriterPoisonedException.class)
        .hasMessageContaining("an Error broke off an append");
    assertThat(appended()).isZero();
    target.broken = false;
    assertThatThrownBy(this::commit).as("it stays so").isInstanceOf(WriterPoisonedException.class);
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
