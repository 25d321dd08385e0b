package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.checkpoint.PublishResult;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
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
