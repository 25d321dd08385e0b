package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.WriterPoisonedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Futures are served by the log's thread, and what depends on them may wait for others. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class GroupCommitFuturesTest extends GroupCommitFixture {
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
}
