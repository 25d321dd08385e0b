package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.errors.DurabilityException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What an Error broke off is ended by the log's own thread if the thread that was hit cannot. */
class ErrorRecoveryTest {
  private final Rounds rounds =
      new Rounds(new GatedTarget(), new Deadlines(0, 0, System.nanoTime()), () -> {});
  private final ErrorRecovery recovery = new ErrorRecovery(rounds);

  /** Runs the next of its steps each time that it is settled, and is then done. */
  private static final class SteppingFuture extends WaitingFuture {
    private final Deque<Runnable> steps = new ArrayDeque<>();

    SteppingFuture() {
      super(1);
    }

    @Override
    public void settle(@Nullable DurabilityException why) {
      if (!steps.isEmpty()) {
        steps.remove().run();
      }
      super.settle(why);
    }
  }

  private static void failOnce(SteppingFuture future) {
    future.steps.add(
        () -> {
          throw new OutOfMemoryError("planted");
        });
  }

  private static Leader leaderOf(SteppingFuture future) {
    Leader leader = new Leader();
    leader.round = new Round();
    leader.round.add(future);
    return leader;
  }

  private boolean hasLeft() {
    rounds.lock.lock();
    try {
      return recovery.hasLeft();
    } finally {
      rounds.lock.unlock();
    }
  }

  private void endLeft() {
    rounds.lock.lock();
    try {
      recovery.endLeft();
    } finally {
      rounds.lock.unlock();
    }
  }

  @Test
  void whatIsLeftWhileAnotherRoundIsEndedIsEndedToo() {
    SteppingFuture first = new SteppingFuture();
    SteppingFuture second = new SteppingFuture();
    failOnce(first);
    failOnce(second);
    Leader ofSecond = leaderOf(second);
    first.steps.add(() -> recovery.brokenOff(ofSecond, false, new OutOfMemoryError("another")));

    recovery.brokenOff(leaderOf(first), false, new OutOfMemoryError("one"));
    assertThat(first).isNotDone();
    assertThat(hasLeft()).isTrue();

    endLeft();
    assertThat(first).isDone();
    assertThat(second).isNotDone();
    assertThat(hasLeft()).isTrue();

    endLeft();
    assertThat(second).isDone();
    assertThat(hasLeft()).isFalse();
    assertThat(rounds.poison.first()).hasMessage("one");
  }

  @Test
  void nothingIsLeftIfTheThreadThatWasHitCanEndItsRound() {
    SteppingFuture future = new SteppingFuture();
    recovery.brokenOff(leaderOf(future), false, new OutOfMemoryError("one"));
    assertThat(future).isDone();
    assertThat(hasLeft()).isFalse();
    endLeft();
    assertThat(hasLeft()).isFalse();
  }
}
