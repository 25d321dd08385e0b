package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.recovery.History;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a state tells of itself, and what its observer is told. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StateHealthTest {
  private final FaultDirectory directory = new FaultDirectory(new MemoryDirectory());
  private final Machine machine = new Machine();
  private final BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
  private final WalOptions options =
      WalOptions.builder()
          .observer(
              new WalObserver() {
                @Override
                public void onCheckpointFailed(Throwable cause) {
                  told.add(cause);
                }
              })
          .build();

  private static final class Machine implements StateMachine<List<String>, String> {
    private final History history = new History();
    volatile @Nullable RuntimeException ofWrite;
    volatile @Nullable RuntimeException ofApply;
    volatile Runnable duringApply = () -> {};

    @Override
    public List<String> initial() {
      return history.initial();
    }

    @Override
    public List<String> apply(List<String> state, String entry) {
      RuntimeException failure = ofApply;
      if (failure != null) {
        throw failure;
      }
      duringApply.run();
      return history.apply(state, entry);
    }

    @Override
    public List<String> snapshot(List<String> state) {
      return history.snapshot(state);
    }

    @Override
    public void write(List<String> state, OutputStream out) throws IOException {
      RuntimeException failure = ofWrite;
      if (failure != null) {
        throw failure;
      }
      history.write(state, out);
    }

    @Override
    public List<String> read(InputStream in) throws IOException {
      return history.read(in);
    }
  }

  private DurableState<List<String>, String> open(CheckpointPolicy policy) throws IOException {
    return DurableState.open(directory, Codecs.utf8(), machine, policy, options);
  }

  @Test
  void healthFollowsUpdatesAndCheckpointsAndAFailedOneIsToldToTheObserver() throws Exception {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {});
    try (var state = open(CheckpointPolicy.manual().everyEntries(3))) {
      assertThat(state.health()).isEqualTo(new StateHealth(null, 0, null, 0, 0));
      state.update("a");
      state.update("b");
      assertThat(state.health()).isEqualTo(new StateHealth(null, 0, null, 2, 2));
      RuntimeException mine = new ArithmeticException("mine");
      machine.ofWrite = mine;
      state.update("c");
      Throwable inBackground = told.take();
      assertThat(inBackground).hasCause(mine);
      assertThat(state.health()).isEqualTo(new StateHealth(null, 0, inBackground, 3, 3));
      assertThatThrownBy(state::checkpoint).hasCause(mine);
      Throwable onDemand = state.health().checkpointFailure();
      assertThat(onDemand).hasCause(mine).isNotSameAs(inBackground);
      assertThat(told).as("the caller was told").isEmpty();
      machine.ofWrite = null;
      state.checkpoint();
      assertThat(state.health()).isEqualTo(new StateHealth(null, 3, null, 3, 3));
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    try (var state = open(CheckpointPolicy.manual())) {
      assertThat(state.health()).isEqualTo(new StateHealth(null, 3, null, 3, 3));
    }
  }

  @Test
  void healthTellsWhatPoisonedTheLogAndTouchesNothing() throws Exception {
    var state = open(CheckpointPolicy.manual());
    state.update("a");
    directory.inject(Fault.of(Operation.SYNC_FILE).always());
    assertThatThrownBy(() -> state.update("b")).isNotNull();
    AtomicInteger operations = new AtomicInteger();
    directory.before((operation, path) -> operations.incrementAndGet());
    StateHealth health = state.health();
    assertThat(health.failure()).hasMessageContaining("syncing wal/");
    assertThat(health.durableId()).isEqualTo(1);
    assertThat(health.appliedId()).isEqualTo(1);
    assertThat(operations).hasValue(0);
    assertThatThrownBy(state::close).isNotNull();
    assertThat(state.health()).isEqualTo(health);
  }

  @Test
  void healthTellsWhyAnEntryCouldNotBeApplied() throws Exception {
    try (var state = open(CheckpointPolicy.manual())) {
      state.update("a");
      RuntimeException mine = new ArithmeticException("mine");
      machine.ofApply = mine;
      assertThatThrownBy(() -> state.update("b")).hasCause(mine);
      assertThat(state.health()).isEqualTo(new StateHealth(mine, 0, null, 2, 1));
    }
  }

  @Test
  void healthWaitsForNobody() throws Exception {
    try (var state = open(CheckpointPolicy.manual())) {
      CountDownLatch applying = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      machine.duringApply =
          () -> {
            applying.countDown();
            await(go);
          };
      FutureTask<Long> update = new FutureTask<>(() -> state.update("a"));
      new Thread(update).start();
      applying.await();
      assertThat(state.health()).isEqualTo(new StateHealth(null, 0, null, 1, 0));
      go.countDown();
      assertThat(update.get()).isEqualTo(1);
      machine.duringApply = () -> assertThat(state.health().appliedId()).isEqualTo(1);
      state.update("b");
      assertThat(state.<StateHealth>read(list -> state.health()).appliedId()).isEqualTo(2);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
