package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.checkpoint.PublishResult;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockHeldException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** What closing waits for, settles and gives up. */
@SuppressWarnings("FutureReturnValueIgnored") // Of calls that throw.
class DurableStateClosingTest extends DurableStateFixture {

  @Test
  void closingByTheThreadThatWritesACheckpointFailsInsteadOfHanging() throws IOException {
    try (var state = open()) {
      state.update("a");
      machine.beforeWrite = state::close;
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(state::checkpoint)
          .havingCause()
          .isInstanceOf(IllegalStateException.class)
          .withMessageContaining("this thread is writing a checkpoint, and close would");
      machine.beforeWrite = () -> {};
      assertThat(state.update("b")).isEqualTo(2);
      assertThat(state.checkpoint().lastEntryId()).isEqualTo(2);
    }
  }

  @Test
  void closingByAnInterruptedThreadWaitsForTheCheckpointAndKeepsTheFlag() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    machine.beforeWrite =
        () -> {
          writing.countDown();
          await(go);
        };
    var state = open(directory, CheckpointPolicy.manual().everyEntries(1));
    state.update("a");
    await(writing);
    FutureTask<Boolean> closing =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              state.close();
              return Thread.interrupted();
            });
    threads.execute(closing);
    assertThatExceptionOfType(LockHeldException.class).isThrownBy(this::open);
    assertThat(closing.isDone()).isFalse();
    go.countDown();
    assertThat(closing.get()).as("the flag is set").isTrue();
    assertThat(checkpoints()).containsExactly(1L);
    open().close();
  }

  @Test
  void closingAfterApplyThrewGivesUpTheLogWhateverThePolicy() throws IOException {
    var state = open(directory, CheckpointPolicy.manual().onClose());
    machine.poison = "bad";
    assertThatExceptionOfType(DurabilityException.class).isThrownBy(() -> state.update("bad"));
    state.close();
    machine.poison = "";
    try (var mended = open()) {
      assertThat(all(mended)).containsExactly("bad");
    }
  }

  @Test
  void closingAPoisonedLogThrowsOnlyIfAnUpdateIsNotDurable() throws IOException {
    WalOptions options = WalOptions.builder().segmentBytes(4096).build();
    var state = open(directory, CheckpointPolicy.manual(), options);
    for (int i = 0; i < 3; i++) {
      state.update("x".repeat(3000));
      if (i == 2) {
        directory.inject(Fault.of(Operation.SYNC_DIRECTORY).on("wal"::equals).nth(2));
        assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(state::checkpoint);
      } else {
        state.checkpoint();
      }
    }
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(() -> state.update("b"));
    state.close();
    try (var reopened = open()) {
      assertThat(all(reopened)).hasSize(3);
    }
  }

  @Test
  void closingSettlesWhatIsPendingAndRefusesWhatComesLater() throws Exception {
    var state = open();
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      futures.add(state.updateAsync("entry " + i));
    }
    state.close();
    for (int i = 0; i < 500; i++) {
      assertThat(futures.get(i).get()).isEqualTo(i + 1);
    }
    state.close();
    assertThat(all(state)).hasSize(500);
    List<Callable<?>> calls =
        List.of(
            () -> state.update("c"),
            () -> state.updateAsync("c"),
            () -> state.updateIf(s -> Optional.empty()),
            state::checkpoint,
            () -> {
              state.sync();
              return 0;
            });
    for (Callable<?> call : calls) {
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(call::call)
          .withMessageContaining("closed");
    }
    assertThat(checkpoints()).isEmpty();
    try (var reopened = open()) {
      assertThat(all(reopened)).hasSize(500);
    }
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // Yields while it looks at what a thread does.
  void closingWaitsForACheckpointOnDemand() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    machine.beforeWrite =
        () -> {
          writing.countDown();
          await(go);
        };
    var state = open();
    state.update("a");
    Future<PublishResult> checkpoint = threads.submit(state::checkpoint);
    await(writing);
    FutureTask<Object> closing =
        new FutureTask<>(
            () -> {
              state.close();
              return "closed";
            });
    Thread closer = new Thread(closing);
    closer.start();
    while (closer.isAlive() && closer.getState() != Thread.State.WAITING) {
      Thread.yield(); // Until it waits, or has closed what the checkpoint needs.
    }
    go.countDown();
    assertThat(checkpoint.get().lastEntryId()).isEqualTo(1);
    assertThat(closing.get()).isEqualTo("closed");
    assertThat(checkpoints()).containsExactly(1L);
  }

  @Test
  void closingAmongUpdatesOfManyThreadsLosesNoAcknowledgedOne() throws Exception {
    for (int round = 0; round < 10; round++) {
      MemoryDirectory where = new MemoryDirectory();
      var state = open(where, CheckpointPolicy.manual().everyEntries(20).onClose());
      List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
      CountDownLatch some = new CountDownLatch(30);
      List<Future<?>> workers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String name = "t" + t + " ";
        workers.add(
            threads.submit(
                () -> {
                  for (int i = 0; ; i++) {
                    try {
                      state.update(name + i);
                    } catch (DurabilityException closed) {
                      assertThat(closed).hasMessageContaining("closed");
                      return null;
                    }
                    acknowledged.add(name + i);
                    some.countDown();
                  }
                }));
      }
      await(some);
      state.close();
      for (Future<?> each : workers) {
        each.get();
      }
      try (var reopened = open(where, CheckpointPolicy.manual())) {
        assertThat(all(reopened)).containsExactlyInAnyOrderElementsOf(acknowledged);
      }
    }
  }
}
