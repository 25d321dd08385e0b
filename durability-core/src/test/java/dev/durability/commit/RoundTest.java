package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a round gathers, and what it tells those who waited. */
class RoundTest {
  private final Round round = new Round();

  private static Waiter.OfThread thread(long target, Goal goal) {
    return new Waiter.OfThread().start(target, target, goal, false);
  }

  private void join(Waiter.OfThread thread) {
    round.reserve();
    round.add(thread);
  }

  private void join(WaitingFuture future) {
    round.reserve();
    round.add(future);
  }

  private void settle(long placed, long written, long durable) {
    round.settle(
        placed,
        written,
        durable,
        null,
        (w, failure) -> new DurabilityException("not " + w.target()));
    round.settleFutures();
    round.clear();
  }

  @Test
  void whoeverWantsNoMoreThanWasDoneSucceedsAndEveryOtherLearnsWhyNot() {
    List<Waiter.OfThread> threads = new ArrayList<>();
    List<WaitingFuture> futures = new ArrayList<>();
    for (int id = 1; id <= 100; id++) {
      threads.add(thread(id, List.of(Goal.PLACED, Goal.FLUSHED, Goal.DURABLE).get(id % 3)));
      futures.add(new WaitingFuture(id));
    }
    threads.forEach(this::join);
    futures.forEach(this::join);
    assertThat(round.threadCount()).isEqualTo(100);
    assertThat(round.firstThread()).isSameAs(threads.get(0));
    settle(80, 61, 40);
    for (Waiter.OfThread each : threads) {
      long flushedOrPlaced = each.goal() == Goal.FLUSHED ? 61 : 80;
      long done = each.goal() == Goal.DURABLE ? 40 : flushedOrPlaced;
      if (each.target() <= done) {
        assertThatCode(each::finish).doesNotThrowAnyException();
      } else {
        assertThatThrownBy(each::finish).hasMessage("not " + each.target());
      }
    }
    for (WaitingFuture each : futures) {
      assertThat(each).isDone();
      assertThat(each.isCompletedExceptionally()).isEqualTo(each.target() > 40);
    }
  }

  @Test
  void settledRoundIsEmptyAndCanGatherAgain() {
    round.add(thread(1, Goal.DURABLE));
    round.add(new WaitingFuture(1));
    round.demand(true);
    round.taken(true);
    assertThat(round.triedToWrite()).isTrue();
    settle(1, 1, 1);
    assertThat(round.isEmpty()).isTrue();
    assertThat(round.hasFutures()).isFalse();
    assertThat(round.threadCount()).isZero();
    assertThat(round.firstThread()).isNull();
    assertThat(round.isDemanded()).isFalse();
    assertThat(round.wantsSync()).isFalse();
    assertThat(round.triedToWrite()).isFalse();
  }

  @Test
  void syncIsWantedIfAnyoneWantsIt() {
    assertThat(round.wantsSync()).isFalse();
    assertThat(round.isEmpty()).isTrue();
    round.add(thread(1, Goal.FLUSHED));
    assertThat(round.isEmpty()).isFalse();
    assertThat(round.wantsSync()).isFalse();
    round.add(thread(1, Goal.DURABLE));
    round.add(thread(2, Goal.PLACED));
    assertThat(round.wantsSync()).isTrue();
    Round ofFuture = new Round();
    ofFuture.add(new WaitingFuture(1));
    assertThat(ofFuture.wantsSync()).isTrue();
    assertThat(ofFuture.isEmpty()).isFalse();
    assertThat(ofFuture.hasFutures()).isTrue();
    Round demanded = new Round();
    demanded.demand(false);
    assertThat(demanded.isDemanded()).isTrue();
    assertThat(demanded.wantsSync()).isFalse();
    demanded.demand(true);
    demanded.demand(false);
    assertThat(demanded.wantsSync()).isTrue();
  }
}
