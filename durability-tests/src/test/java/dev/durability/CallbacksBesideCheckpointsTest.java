package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.testkit.Fault.Operation;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Code that depends on an update waits for a checkpoint, on the log's own thread, while the thread
 * that writes that checkpoint needs updates.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Of calls whose futures complete, or throw.
class CallbacksBesideCheckpointsTest extends DurableStateFixture {
  private static final String LOG_THREAD = "durability-wal";
  private static final int WATCHDOG_SECONDS = 300;

  private final CompletableFuture<Long> ofTheLogThread = new CompletableFuture<>();
  private volatile Gate gate = new Gate();

  /** Holds up each sync of a file. */
  private static final class Gate {
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    /** Whether the thread is interrupted or not: a sync is not. */
    void pass() {
      arrived.countDown();
      boolean interrupted = Thread.interrupted();
      await(open);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** How to ask for an update. */
  enum Asking {
    JOIN {
      @Override
      Long ask(CompletableFuture<Long> future) {
        return future.join();
      }
    },
    GET {
      @Override
      Long ask(CompletableFuture<Long> future) throws InterruptedException, ExecutionException {
        return future.get();
      }
    },
    TIMED_GET {
      @Override
      Long ask(CompletableFuture<Long> future)
          throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(1, TimeUnit.HOURS);
      }
    },
    INTERRUPTED_JOIN {
      @Override
      Long ask(CompletableFuture<Long> future) {
        Thread.currentThread().interrupt();
        Long result = future.join();
        assertThat(Thread.interrupted()).isTrue();
        return result;
      }
    };

    abstract Long ask(CompletableFuture<Long> future)
        throws InterruptedException, ExecutionException, TimeoutException;
  }

  /** What the thread does that writes the checkpoint, once the log's own waits for it. */
  private interface Content {
    void run() throws Exception;
  }

  /** Writes a checkpoint with some content, with a bound of the time that it may take. */
  private void checkpoint(DurableState<List<String>, String> state, Content content)
      throws Exception {
    AtomicInteger written = new AtomicInteger();
    machine.beforeWrite =
        () -> {
          if (written.getAndIncrement() == 0) {
            try {
              content.run();
            } catch (IOException | RuntimeException e) {
              throw e;
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }
        };
    threads
        .submit(
            () -> {
              var unused = state.checkpoint();
              return null;
            })
        .get(WATCHDOG_SECONDS, TimeUnit.SECONDS);
    assertThat(ofTheLogThread.get(WATCHDOG_SECONDS, TimeUnit.SECONDS)).isPositive();
  }

  /** From here on no sync ends until the gate is opened. */
  private Gate closeGate() {
    Gate closed = new Gate();
    gate = closed;
    directory.before(
        (operation, path) -> {
          if (operation == Operation.SYNC_FILE) {
            gate.pass();
          }
        });
    return closed;
  }

  /** An update, and on the thread that settles it a checkpoint. */
  private void updateAndCheckpoint(DurableState<List<String>, String> state, CountDownLatch reached)
      throws IOException {
    state
        .updateAsync("with checkpoint")
        .thenRun(
            () -> {
              assertThat(Thread.currentThread().getName()).isEqualTo(LOG_THREAD);
              reached.countDown();
              try {
                ofTheLogThread.complete(state.checkpoint().lastEntryId());
              } catch (IOException | RuntimeException e) {
                ofTheLogThread.completeExceptionally(e);
              }
            });
  }

  /** The log's own thread waits for the checkpoint that this thread writes, or is about to. */
  private void holdUpTheLogThread(DurableState<List<String>, String> state) throws IOException {
    CountDownLatch reached = new CountDownLatch(1);
    Gate closed = closeGate();
    updateAndCheckpoint(state, reached);
    closed.open.countDown();
    await(reached);
  }

  private static Long join(DurableState<List<String>, String> state, String entry) {
    try {
      return state.updateAsync(entry).join();
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  @Test
  void threadThatWritesACheckpointRunsNothingThatDependsOnAnUpdate() throws Exception {
    CompletableFuture<Long> joined = new CompletableFuture<>();
    CompletableFuture<String> thread = new CompletableFuture<>();
    try (var state = open()) {
      state.update("a");
      checkpoint(
          state,
          () -> {
            holdUpTheLogThread(state);
            state
                .updateAsync("b")
                .thenRun(
                    () -> {
                      thread.complete(Thread.currentThread().getName());
                      joined.complete(join(state, "c"));
                    });
          }); // And then a marker is made durable, which makes that update durable, too.
      assertThat(joined.get(WATCHDOG_SECONDS, TimeUnit.SECONDS)).isEqualTo(4);
      assertThat(thread).isCompletedWithValue(LOG_THREAD);
      assertThat(all(state)).containsExactly("a", "with checkpoint", "b", "c");
    }
  }

  @ParameterizedTest
  @EnumSource
  void contentOfACheckpointMayAskForAnUpdate(Asking asking) throws Exception {
    AtomicInteger dependents = new AtomicInteger();
    try (var state = open()) {
      state.update("a");
      checkpoint(
          state,
          () -> {
            holdUpTheLogThread(state);
            CompletableFuture<Long> update = state.updateAsync("b");
            update.thenRun(dependents::incrementAndGet);
            assertThat(asking.ask(update)).isEqualTo(3);
            assertThat(dependents).hasValue(0);
          });
      assertThat(join(state, "c")).isEqualTo(4);
      assertThat(all(state)).containsExactly("a", "with checkpoint", "b", "c");
    }
    assertThat(dependents).hasValue(1);
  }

  /** It waits already when the round ends whose other update holds the log's own thread up. */
  @ParameterizedTest
  @EnumSource
  void contentOfACheckpointMayAskForAnUpdateOfTheSameRound(Asking asking) throws Exception {
    try (var state = open()) {
      state.update("a");
      checkpoint(
          state,
          () -> {
            Gate first = closeGate();
            state.updateAsync("b");
            await(first.arrived);
            Gate second = closeGate();
            updateAndCheckpoint(state, new CountDownLatch(1));
            CompletableFuture<Long> update = state.updateAsync("c");
            first.open.countDown();
            openWhenThisThreadWaits(second);
            assertThat(asking.ask(update)).isEqualTo(4);
          });
      assertThat(all(state)).containsExactly("a", "b", "with checkpoint", "c");
    }
  }

  /** The same for the round after that: nobody leads it but the thread that waits for it. */
  @ParameterizedTest
  @EnumSource
  void contentOfACheckpointMayAskForAnUpdateOfTheNextRound(Asking asking) throws Exception {
    try (var state = open()) {
      state.update("a");
      checkpoint(
          state,
          () -> {
            Gate closed = closeGate();
            updateAndCheckpoint(state, new CountDownLatch(1));
            await(closed.arrived);
            CompletableFuture<Long> update = state.updateAsync("b");
            openWhenThisThreadWaits(closed);
            assertThat(asking.ask(update)).isEqualTo(3);
          });
      assertThat(all(state)).containsExactly("a", "with checkpoint", "b");
    }
  }

  private void openWhenThisThreadWaits(Gate closed) {
    Thread self = Thread.currentThread();
    threads.submit(
        () -> {
          while (self.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
          }
          closed.open.countDown();
        });
  }
}
