package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The state used from within its own callbacks. */
@SuppressWarnings("FutureReturnValueIgnored") // Of calls that throw.
class DurableStateCallbacksTest extends DurableStateFixture {

  @Test
  void stateThatIsUsedWhileAnEntryIsAppliedFailsInsteadOfHanging() throws IOException {
    for (int which = 0; which < 4; which++) {
      MemoryDirectory where = new MemoryDirectory();
      try (var state = open(where, CheckpointPolicy.manual())) {
        List<Machine.Step> calls =
            List.of(
                () -> state.read(List::size),
                state::checkpoint,
                () -> state.update("x"),
                () -> state.awaitApplied(0, Duration.ZERO));
        machine.duringApply = calls.get(which);
        assertThatExceptionOfType(DurabilityException.class)
            .isThrownBy(() -> state.update("a"))
            .havingCause()
            .isInstanceOf(IllegalStateException.class)
            .withMessageContaining("this thread is applying an entry");
        machine.duringApply = () -> {};
      }
      try (var state = open(where, CheckpointPolicy.manual())) {
        assertThat(all(state)).containsExactly("a");
      }
    }
  }

  /** Runs something in what depends on an update, on whatever thread settles it. */
  private <T> T inCallback(DurableState<List<String>, String> state, Callable<T> what)
      throws Exception {
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch registered = new CountDownLatch(1);
    AtomicBoolean armed = new AtomicBoolean(true);
    directory.before(
        (operation, path) -> {
          if (operation == Operation.SYNC_FILE && armed.compareAndSet(true, false)) {
            syncing.countDown();
            await(registered);
          }
        });
    CompletableFuture<T> result =
        state
            .updateAsync("trigger")
            .thenApply(
                id -> {
                  try {
                    return what.call();
                  } catch (Exception e) {
                    throw new CompletionException(e);
                  }
                });
    registered.countDown();
    return result.get(300, TimeUnit.SECONDS);
  }

  @Test
  void whatDependsOnAnUpdateMayUseTheState() throws Exception {
    var state = open();
    assertThat(inCallback(state, () -> Thread.currentThread().getName()))
        .isEqualTo("durability-wal");
    assertThat(inCallback(state, () -> all(state))).containsExactly("trigger", "trigger");
    assertThat(inCallback(state, () -> state.update("x"))).isEqualTo(4);
    assertThat(inCallback(state, () -> state.updateIf(s -> Optional.of("y"))).getAsLong())
        .isEqualTo(6);
    assertThat(inCallback(state, () -> state.updateAsync("z")).get()).isEqualTo(8);
    assertThat(inCallback(state, state::checkpoint).lastEntryId()).isEqualTo(9);
    assertThat(all(state)).hasSize(9);
    assertThat(inCallback(state, () -> appendsAndAwaits(state))).isTrue();
    assertThat(all(state)).hasSize(11);
    inCallback(
        state,
        () -> {
          state.close();
          return 0;
        });
    try (var reopened = open()) {
      assertThat(all(reopened)).hasSize(12);
    }
  }

  /** Nobody else makes it durable: this is the log's own thread. */
  private static boolean appendsAndAwaits(DurableState<List<String>, String> state)
      throws IOException {
    state.updateAsync("awaited");
    return state.awaitApplied(state.lastAppliedId() + 1, Duration.ofDays(1));
  }

  @Test
  void whatDependsOnAnUpdateMakesRoomForMore() throws Exception {
    StateOptions one =
        StateOptions.builder()
            .checkpointPolicy(CheckpointPolicy.manual())
            .pendingUpdatesMax(1)
            .build();
    try (var state = DurableState.open(directory, Codecs.utf8(), machine, one)) {
      List<CompletableFuture<Long>> futures =
          inCallback(
              state,
              () -> {
                List<CompletableFuture<Long>> more = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                  more.add(state.updateAsync("more " + i));
                }
                assertThat(Thread.currentThread().getName()).isEqualTo("durability-wal");
                return more;
              });
      for (int i = 0; i < 10; i++) {
        assertThat(futures.get(i).get(300, TimeUnit.SECONDS)).isEqualTo(i + 2);
      }
      assertThat(all(state)).hasSize(11).endsWith("more 8", "more 9");
    }
  }

  /** Each makes what depends on the next one due while it still runs. */
  @ParameterizedTest
  @EnumSource
  void whatDependsOnAnUpdateThatItAppendedItselfDoesNotNest(Settling how) throws Exception {
    int rounds = 2_000;
    AtomicInteger depth = new AtomicInteger();
    AtomicInteger deepest = new AtomicInteger();
    CompletableFuture<Void> last = new CompletableFuture<>();
    try (var state = open()) {
      var again =
          new Object() {
            void next(int left) {
              deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
              try {
                if (left > 0) {
                  state.updateAsync("next").thenRun(() -> next(left - 1));
                  how.settle(state);
                } else {
                  last.complete(null);
                }
              } catch (Throwable e) {
                last.completeExceptionally(e);
              }
              depth.decrementAndGet();
            }
          };
      inCallback( // On the log's own thread, so that no other completes a future before it is used.
          state,
          () -> {
            again.next(rounds);
            return 0;
          });
      last.get(300, TimeUnit.SECONDS);
      assertThat(deepest).hasValueLessThanOrEqualTo(2);
    }
  }

  /** A call that makes durable all that was appended before it. */
  enum Settling {
    UPDATE {
      @Override
      void settle(DurableState<List<String>, String> state) throws IOException {
        state.update("settles");
      }
    },
    CONDITIONAL_UPDATE {
      @Override
      void settle(DurableState<List<String>, String> state) throws IOException {
        var unused = state.updateIf(s -> Optional.of("settles"));
      }
    },
    SYNC {
      @Override
      void settle(DurableState<List<String>, String> state) throws IOException {
        state.sync();
      }
    };

    abstract void settle(DurableState<List<String>, String> state) throws IOException;
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 65_536})
  void manyUpdatesEachFollowedByAnotherDoNotHang(int pendingMax) throws Exception {
    StateOptions options =
        StateOptions.builder()
            .checkpointPolicy(CheckpointPolicy.manual().everyEntries(300))
            .walOptions(WalOptions.builder().bufferBytes(4096).segmentBytes(8192).build())
            .pendingUpdatesMax(pendingMax)
            .build();
    try (var state = DurableState.open(directory, Codecs.utf8(), machine, options)) {
      List<Future<?>> workers = new ArrayList<>();
      List<CompletableFuture<?>> followers = Collections.synchronizedList(new ArrayList<>());
      for (int t = 0; t < 3; t++) {
        String name = "t" + t + " ";
        workers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    int number = i;
                    followers.add(
                        state
                            .updateAsync(name + i)
                            .thenAccept(id -> follow(state, name + number + "+", number)));
                    if (i % 10 == 0) {
                      state.updateIf(s -> Optional.empty());
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : workers) {
        each.get();
      }
      CompletableFuture.allOf(followers.toArray(CompletableFuture[]::new)).join();
      assertThat(all(state)).hasSize(1200).doesNotHaveDuplicates();
    }
    try (var reopened = open()) {
      assertThat(all(reopened)).hasSize(1200);
    }
  }

  private static void follow(DurableState<List<String>, String> state, String entry, int number) {
    try {
      if (number % 2 == 0) {
        state.update(entry);
      } else {
        state.updateIf(s -> Optional.of(entry));
      }
      if (number % 100 == 0) {
        checkpoint(state);
      }
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /** Code that depends on an update may run on a thread that writes a checkpoint: it is refused. */
  private static void checkpoint(DurableState<List<String>, String> state) throws IOException {
    try {
      var unused = state.checkpoint();
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("this thread is writing a checkpoint");
    }
  }

  @Test
  void updatingFromWithinAReadingOrADecisionFailsInsteadOfHanging() throws IOException {
    try (var state = open()) {
      List<Machine.Step> calls =
          List.of(
              () -> state.update("x"),
              () -> state.updateAsync("x"),
              () -> state.updateIf(s -> Optional.of("x")),
              state::checkpoint,
              state::sync,
              () -> state.awaitApplied(0, Duration.ZERO),
              state::close);
      for (Machine.Step call : calls) {
        assertThatIllegalStateException().isThrownBy(() -> state.read(s -> run(call)));
        assertThatIllegalStateException().isThrownBy(() -> state.updateIf(s -> run(call)));
      }
      assertThat(state.update("a")).isEqualTo(1);
      assertThat(all(state)).containsExactly("a");
    }
  }

  private static Optional<String> run(Machine.Step call) {
    try {
      call.run();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return Optional.of("not reached");
  }
}
