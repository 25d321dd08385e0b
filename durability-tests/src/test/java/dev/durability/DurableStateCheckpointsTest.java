package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.checkpoint.PublishResult;
import dev.durability.codec.Codecs;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Checkpoints on demand and by policy. */
class DurableStateCheckpointsTest extends DurableStateFixture {

  @Test
  void updatesGoOnWhileACheckpointIsWrittenAndAreNotInIt() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (var state = open()) {
      state.update("a");
      machine.beforeWrite =
          () -> {
            writing.countDown();
            await(go);
          };
      Future<PublishResult> checkpoint = threads.submit(state::checkpoint);
      await(writing);
      Future<PublishResult> second = threads.submit(state::checkpoint);
      state.update("b");
      state.updateIf(s -> Optional.of("c"));
      assertThat(state.updateAsync("d").get()).isEqualTo(4);
      assertThat(all(state)).containsExactly("a", "b", "c", "d");
      assertThat(checkpoint.isDone()).isFalse();
      go.countDown();
      assertThat(checkpoint.get().lastEntryId()).isEqualTo(1);
      assertThat(second.get().lastEntryId()).isEqualTo(4);
    }
    List<String> first =
        Checkpoints.in(disk, Clock.systemUTC()).read(Checkpoints.pathOf(1), machine::read);
    assertThat(first).containsExactly("a");
    try (var reopened = open()) {
      assertThat(all(reopened)).containsExactly("a", "b", "c", "d");
    }
  }

  /**
   * An update is made durable and applied while the thread that publishes is held up before one of
   * its operations; but for those with which it writes the log itself, as any thread does that
   * leads a round.
   */
  @Test
  void updatesGoOnWhateverOperationOfACheckpointIsHeldUp() throws Exception {
    List<String> heldUp = new ArrayList<>();
    boolean more = true;
    for (int turn = 0; more; turn++) {
      more = updatesGoOnDuringTurn(turn, heldUp);
    }
    assertThat(heldUp)
        .extracting(each -> each.replaceAll("\\d{20}", "n").replaceAll("\\.\\w{8}\\.tmp", ".tmp"))
        .contains(
            "CREATE checkpoints/n.ckpt.tmp",
            "WRITE checkpoints/n.ckpt.tmp",
            "SYNC_FILE checkpoints/n.ckpt.tmp",
            "RENAME checkpoints/n.ckpt.tmp",
            "SYNC_DIRECTORY checkpoints",
            "DELETE checkpoints/n.ckpt",
            "DELETE wal/n-n.wal",
            "SYNC_DIRECTORY wal");
  }

  /** Holds up one operation of a checkpoint. {@return whether it has so many} */
  private boolean updatesGoOnDuringTurn(int turn, List<String> heldUp) throws Exception {
    MemoryDirectory memory = new MemoryDirectory();
    FaultDirectory held = new FaultDirectory(memory);
    StateOptions options =
        StateOptions.builder()
            .checkpointPolicy(CheckpointPolicy.manual())
            .checkpointsKept(1)
            .walOptions(WalOptions.builder().segmentBytes(4096).build())
            .build();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger before = new AtomicInteger(turn);
    AtomicReference<String> where = new AtomicReference<>("");
    try (var state = DurableState.open(held, Codecs.utf8(), machine, options)) {
      for (int i = 0; i < 3; i++) {
        state.update("x".repeat(3_000));
        var unused = state.checkpoint();
      }
      state.update("before");
      FutureTask<PublishResult> checkpoint = new FutureTask<>(state::checkpoint);
      Thread publisher = new Thread(checkpoint);
      held.before(
          (operation, path) -> {
            if (Thread.currentThread() == publisher
                && !leads(state)
                && before.getAndDecrement() == 0) {
              where.set(operation + " " + path);
              reached.countDown();
              await(go);
            }
          });
      publisher.start();
      while (publisher.isAlive() && reached.getCount() > 0) {
        Thread.onSpinWait();
      }
      boolean isHeldUp = reached.getCount() == 0;
      if (isHeldUp) {
        heldUp.add(where.get());
      }
      Future<Long> update = threads.submit(() -> state.update("meanwhile"));
      assertThat(update)
          .as("held up before %s", where)
          .succeedsWithin(Duration.ofMinutes(5))
          .isEqualTo(5L);
      assertThat(all(state)).endsWith("before", "meanwhile");
      assertThat(checkpoint.isDone()).isEqualTo(!isHeldUp);
      go.countDown();
      assertThat(checkpoint.get().lastEntryId()).isEqualTo(4);
      return isHeldUp;
    }
  }

  private static boolean leads(DurableState<?, ?> state) {
    try {
      return state.awaitApplied(Long.MAX_VALUE, Duration.ZERO);
    } catch (IllegalStateException withinTheLog) {
      return true;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void asManyCheckpointsAreKeptAsTheOptionsSay() throws Exception {
    for (int kept = 1; kept <= 3; kept++) {
      MemoryDirectory where = new MemoryDirectory();
      StateOptions options = StateOptions.builder().checkpointsKept(kept).build();
      try (var state = DurableState.open(where, Codecs.utf8(), machine, options)) {
        for (int i = 0; i < 4; i++) {
          state.update("a");
          var unused = state.checkpoint();
        }
      }
      assertThat(Checkpoints.in(where, Clock.systemUTC()).list())
          .containsExactlyElementsOf(List.of(4L, 3L, 2L).subList(0, kept));
    }
  }

  @Test
  void policyCountsEntriesAlsoThoseReplayedAtOpening() throws IOException {
    CheckpointPolicy every = CheckpointPolicy.manual().everyEntries(10);
    try (var state = open(directory, every)) {
      for (int i = 1; i <= 9; i++) {
        state.update("entry " + i);
      }
    }
    assertThat(checkpoints()).isEmpty();
    try (var state = open(directory, every)) {
      state.update("the tenth");
    } // Closing waits for the checkpoint that is due.
    assertThat(checkpoints()).containsExactly(10L);
    try (var state = open(directory, every)) {
      for (int i = 1; i <= 9; i++) {
        state.update("entry " + i);
      }
    }
    assertThat(checkpoints()).containsExactly(10L);
  }

  @Test
  void policyCountsBytes() throws IOException {
    try (var state = open(directory, CheckpointPolicy.manual().everyBytes(10_000))) {
      state.update("x".repeat(9_000));
      assertThat(checkpoints()).isEmpty();
      state.update("x".repeat(1_000));
    }
    assertThat(checkpoints()).containsExactly(2L);
  }

  @Test
  void policyOnCloseWritesOnlyIfSomethingChanged() throws IOException {
    CheckpointPolicy onClose = CheckpointPolicy.manual().onClose();
    open(directory, onClose).close();
    assertThat(checkpoints()).isEmpty();
    try (var state = open(directory, onClose)) {
      state.update("a");
    }
    assertThat(checkpoints()).containsExactly(1L);
    long last = WalMaintenance.verify(disk).intact();
    open(directory, onClose).close();
    assertThat(checkpoints()).containsExactly(1L);
    assertThat(WalMaintenance.verify(disk).intact()).as("no second marker").isEqualTo(last);
    assertThat(CheckpointPolicy.manual()).hasToString("checkpoint on demand");
    assertThat(onClose.everyEntries(3)).hasToString("checkpoint every 3 entries, on close");
  }

  @Test
  void policiesRefuseLessThanOneAndSayWhatTheyDo() {
    CheckpointPolicy policy = CheckpointPolicy.manual();
    assertThatIllegalArgumentException().isThrownBy(() -> policy.everyEntries(0));
    assertThatIllegalArgumentException().isThrownBy(() -> policy.everyBytes(0));
    assertThat(policy).hasToString("checkpoint on demand");
    assertThat(policy.everyEntries(1).everyBytes(2).onClose())
        .hasToString("checkpoint every 1 entries, every 2 bytes, on close");
  }

  @Test
  void failingBackgroundCheckpointIsReportedAndTheNextIsWritten() throws Exception {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch failures = new CountDownLatch(2);
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> {
          reported.add(e);
          failures.countDown();
        });
    AssertionError error = new AssertionError("an Error");
    IOException exception = new IOException("an exception");
    List<Throwable> toThrow = new ArrayList<>(List.of(error, exception));
    machine.beforeWrite =
        () -> {
          if (!toThrow.isEmpty()) {
            Throwable next = toThrow.remove(0);
            if (next instanceof Error e) {
              throw e;
            }
            throw (IOException) next;
          }
        };
    try (var state = open(directory, CheckpointPolicy.manual().everyEntries(5))) {
      for (int i = 0; failures.getCount() > 0; i++) {
        state.update("entry " + i);
      }
      // The thread that failed may still be ending: what is due meanwhile is started by it, or by
      // an update.
      for (int i = 0; checkpoints().isEmpty(); i++) {
        state.update("more " + i);
      }
      state.update("last");
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(reported.get(0)).isSameAs(error);
    assertThat(reported.get(1)).hasCause(exception);
    assertThat(reported).hasSize(2);
    try (var state = open()) {
      assertThat(all(state)).endsWith("last");
    }
  }
}
