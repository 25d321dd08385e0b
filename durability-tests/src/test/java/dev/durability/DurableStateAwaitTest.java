package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Waiting for an entry to be applied. */
@SuppressWarnings("FutureReturnValueIgnored") // Of calls that throw.
class DurableStateAwaitTest extends DurableStateFixture {
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

  /** A thread that waits for an entry. */
  private static final class Waiter {
    final FutureTask<Boolean> task;
    final Thread thread;

    @SuppressWarnings("ThreadPriorityCheck") // Yields while it looks at what a thread does.
    Waiter(DurableState<?, ?> state, long entryId) {
      task = new FutureTask<>(() -> state.awaitApplied(entryId, FOR_EVER));
      thread = new Thread(task);
      thread.start();
      while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.yield(); // Until it waits, or has an outcome already.
      }
    }

    Throwable failure() throws InterruptedException {
      try {
        return new AssertionError("it returned " + task.get());
      } catch (ExecutionException e) {
        return e.getCause();
      }
    }
  }

  @Test
  void oneLookFindsWhatIsAppliedAndNothingElse() throws Exception {
    try (var state = open()) {
      assertThat(state.awaitApplied(0, Duration.ZERO)).isTrue();
      state.update("a");
      assertThat(state.awaitApplied(1, Duration.ZERO)).isTrue();
      assertThat(state.awaitApplied(1, FOR_EVER)).isTrue();
      assertThat(state.awaitApplied(2, Duration.ZERO)).isFalse();
      assertThat(state.awaitApplied(2, Duration.ofSeconds(Long.MIN_VALUE))).isFalse();
      assertThat(state.awaitApplied(2, Duration.ofMillis(1))).isFalse();
    }
    try (var reopened = open()) {
      assertThat(reopened.awaitApplied(1, Duration.ZERO)).as("a replayed entry").isTrue();
    }
  }

  @Test
  void whoWaitsReadsWhatOthersAppendLater() throws Exception {
    try (var state = open()) {
      List<Waiter> waiters = new ArrayList<>();
      for (long id = 1; id <= 6; id++) {
        waiters.add(new Waiter(state, 7 - id));
      }
      List<Future<?>> updates = new ArrayList<>();
      updates.add(threads.submit(() -> state.update("a")));
      updates.add(threads.submit(() -> state.updateAsync("b").join()));
      updates.add(threads.submit(() -> state.updateIf(s -> Optional.of("c"))));
      for (Waiter each : waiters.subList(3, 6)) {
        assertThat(each.task.get()).isTrue();
      }
      assertThat(all(state)).hasSize(3);
      assertThat(waiters.get(2).task.isDone()).isFalse();
      for (Future<?> each : updates) {
        each.get();
      }
      for (int i = 0; i < 3; i++) {
        state.updateAsync("d");
      }
      for (Waiter each : waiters) {
        assertThat(each.task.get()).isTrue();
      }
      assertThat(all(state)).hasSize(6);
    }
  }

  /** Each of them waits as long as the other does: if nobody was woken, it would take minutes. */
  @Test
  void twoThreadsThatWaitForEachOtherAreWokenAtOnce() throws Exception {
    int turns = 1_000;
    try (var state = open()) {
      Future<?> other =
          threads.submit(
              () -> {
                for (int i = 0; i < turns; i++) {
                  assertThat(state.awaitApplied(2L * i + 1, FOR_EVER)).isTrue();
                  state.update("pong");
                }
                return null;
              });
      for (int i = 0; i < turns; i++) {
        state.update("ping");
        assertThat(state.awaitApplied(2L * i + 2, FOR_EVER)).isTrue();
      }
      other.get();
      assertThat(all(state)).hasSize(2 * turns).startsWith("ping", "pong").endsWith("ping", "pong");
    }
  }

  @Test
  void anEntryWhoseOutcomeWasLeftOpenIsMadeDurableByWhoWaitsForIt() throws Exception {
    try (var state = open()) {
      directory.fillUpAfter(0);
      CompletableFuture<Long> open = state.updateAsync("a");
      assertThatExceptionOfType(CompletionException.class)
          .isThrownBy(open::join)
          .withCauseInstanceOf(OutcomeOpenException.class);
      assertThat(state.awaitApplied(1, Duration.ZERO)).isFalse();
      assertThatExceptionOfType(OutcomeOpenException.class)
          .isThrownBy(() -> state.awaitApplied(1, FOR_EVER));
      directory.makeRoom();
      assertThat(state.awaitApplied(1, FOR_EVER)).isTrue();
      assertThat(all(state)).containsExactly("a");
    }
  }

  @Test
  void whoWaitsLearnsThatAnEntryCannotBeApplied() throws Exception {
    try (var state = open()) {
      Waiter waiter = new Waiter(state, 2);
      machine.poison = "bad";
      assertThatExceptionOfType(DurabilityException.class).isThrownBy(() -> state.update("bad"));
      assertThat(waiter.failure())
          .isInstanceOf(DurabilityException.class)
          .hasMessageContaining("entry 1 ");
      assertThatExceptionOfType(DurabilityException.class)
          .as("as reading throws")
          .isThrownBy(() -> state.awaitApplied(0, Duration.ZERO));
    }
  }

  @Test
  void whoWaitsLearnsThatTheLogIsPoisoned() throws Exception {
    var state = open();
    state.update("a");
    Waiter next = new Waiter(state, 2);
    Waiter later = new Waiter(state, 99);
    directory.inject(Fault.of(Operation.SYNC_FILE).always());
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(() -> state.update("b"));
    assertThat(next.failure()).isInstanceOf(WriterPoisonedException.class);
    assertThat(later.failure()).isInstanceOf(WriterPoisonedException.class);
    assertThat(state.awaitApplied(1, FOR_EVER)).as("reading goes on").isTrue();
    directory.heal();
    assertThatExceptionOfType(DurabilityException.class).isThrownBy(state::close);
  }

  @Test
  void whoWaitsLearnsThatTheStateIsClosed() throws Exception {
    var state = open();
    state.update("a");
    Waiter waiter = new Waiter(state, 2);
    state.close();
    assertThat(waiter.failure())
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("closed");
    assertThat(state.awaitApplied(1, FOR_EVER)).as("reading goes on").isTrue();
    assertThat(state.awaitApplied(2, Duration.ZERO)).isFalse();
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> state.awaitApplied(2, FOR_EVER))
        .withMessageContaining("closed");
  }

  @Test
  void closingAppliesWhatIsWaitedFor() throws Exception {
    var state = open();
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    directory.before(
        (operation, path) -> {
          if (operation == Operation.SYNC_FILE) {
            syncing.countDown();
            await(go);
          }
        });
    CompletableFuture<Long> update = state.updateAsync("a");
    await(syncing);
    Future<Boolean> waiting = threads.submit(() -> state.awaitApplied(1, FOR_EVER));
    Future<?> closing =
        threads.submit(
            () -> {
              state.close();
              return null;
            });
    go.countDown();
    closing.get();
    assertThat(waiting.get()).isTrue();
    assertThat(update.get()).isEqualTo(1);
  }

  @Test
  void anInterruptDoesNotEndTheWaitAndIsKept() throws Exception {
    try (var state = open()) {
      FutureTask<Boolean> task =
          new FutureTask<>(
              () -> {
                Thread.currentThread().interrupt();
                return state.awaitApplied(1, FOR_EVER) && Thread.interrupted();
              });
      Thread thread = new Thread(task);
      thread.start();
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      thread.interrupt();
      state.update("a");
      assertThat(task.get()).isTrue();
    }
  }
}
