package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A machine that throws, a sync that fails, a full disk. */
@SuppressWarnings("FutureReturnValueIgnored") // Of calls that throw.
class DurableStateFailuresTest extends DurableStateFixture {

  @Test
  void applyThatThrowsStopsTheStateUntilItIsOpenedMended() throws IOException {
    var state = open();
    state.update("a");
    machine.poison = "bad";
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> state.update("bad"))
        .withMessageContaining("entry 2 ")
        .withCauseInstanceOf(IllegalStateException.class);
    List<Callable<?>> calls =
        List.of(
            () -> state.update("c"),
            () -> state.updateAsync("c"),
            () -> state.updateIf(s -> Optional.empty()),
            () -> state.read(List::size),
            state::checkpoint,
            () -> {
              state.sync();
              return 0;
            });
    for (Callable<?> call : calls) {
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(call::call)
          .withMessageContaining("entry 2 ");
    }
    state.close();
    List<String> files = disk.list("wal");
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(this::open)
        .withMessageContaining("entry 2 ")
        .withCauseInstanceOf(IllegalStateException.class);
    assertThat(disk.list("wal")).isEqualTo(files);
    machine.poison = "";
    try (var mended = open()) {
      assertThat(all(mended)).containsExactly("a", "bad");
      assertThat(mended.update("c")).isEqualTo(3);
    }
  }

  @Test
  void futureOfAnUpdateThatCannotBeAppliedFails() throws Exception {
    try (var state = open()) {
      machine.poison = "bad";
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> state.updateAsync("bad").get(300, TimeUnit.SECONDS))
          .withCauseInstanceOf(DurabilityException.class)
          .withMessageContaining("entry 1 ");
    }
  }

  /** It cannot even say what it is. */
  @SuppressWarnings("OverrideThrowableToString") // Not a message: toString is what fails.
  private static final class Nameless extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String toString() {
      throw new IllegalStateException("no name");
    }
  }

  @Test
  void codeThatDependsOnAnUpdateIsToldOfAnExceptionThatCannotSayWhatItIs() throws Exception {
    try (var state = open()) {
      machine.duringApply =
          () -> {
            throw new Nameless();
          };
      CompletableFuture<Throwable> told = state.updateAsync("a").handle((id, failure) -> failure);
      assertThat(told.get(300, TimeUnit.SECONDS))
          .isInstanceOf(DurabilityException.class)
          .hasMessageContaining("entry 1 ")
          .hasCauseInstanceOf(Nameless.class);
      assertThatExceptionOfType(DurabilityException.class).isThrownBy(() -> all(state));
    }
  }

  @Test
  void aDirectoryThatThrowsDoesNotKeepTheCallerFromLearningWhatFailed() throws Exception {
    try (var state = open()) {
      machine.poison = "bad";
      machine.duringApply =
          () ->
              directory.before(
                  (operation, path) -> {
                    if (operation == Operation.LIST) {
                      throw new IllegalArgumentException("no list");
                    }
                  });
      state.update("a");
      CompletableFuture<Throwable> told = state.updateAsync("bad").handle((id, failure) -> failure);
      assertThat(told.get(300, TimeUnit.SECONDS))
          .isInstanceOf(DurabilityException.class)
          .hasMessageContaining("entry 2 failed");
      directory.before((operation, path) -> {});
    }
  }

  @Test
  void afterAFailedSyncUpdatesThrowAndReadingGoesOn() throws IOException {
    var state = open();
    state.update("a");
    directory.inject(Fault.of(Operation.SYNC_FILE).always());
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(() -> state.update("b"));
    directory.heal();
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(() -> state.update("c"));
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(state::checkpoint);
    assertThat(disk.exists(Checkpoints.DIRECTORY)).isFalse();
    assertThat(all(state)).containsExactly("a");
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(state::close);
    try (var reopened = open()) {
      assertThat(all(reopened)).startsWith("a").doesNotContain("c");
    }
  }

  @Test
  void onAFullDiskTheOutcomeIsOpenAndWithRoomTheUpdateAppearsOnce() throws Exception {
    var state = open();
    state.update("a");
    directory.fillUpAfter(5);
    assertThatExceptionOfType(OutcomeOpenException.class).isThrownBy(() -> state.update("b"));
    CompletableFuture<Long> async = state.updateAsync("c");
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(async::get)
        .withCauseInstanceOf(OutcomeOpenException.class);
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> state.updateIf(s -> Optional.of("never")))
        .isNotInstanceOf(OutcomeOpenException.class)
        .withMessageContaining("nothing was decided");
    assertThat(all(state)).containsExactly("a");
    directory.makeRoom();
    state.sync();
    assertThat(all(state)).containsExactly("a", "b", "c");
    state.update("d");
    state.close();
    try (var reopened = open()) {
      assertThat(all(reopened)).containsExactly("a", "b", "c", "d");
    }
  }

  @Test
  void updatesThatFillTheBuffersOfAFullDiskAreToldFromThoseInTheLog() throws IOException {
    WalOptions options =
        WalOptions.builder().bufferBytes(4096).flushPolicy(FlushPolicy.manual()).build();
    var state = open(directory, CheckpointPolicy.manual(), options);
    state.update("a");
    directory.fillUpAfter(0);
    int open = 0;
    DurabilityException refused = null;
    while (refused == null) {
      try {
        state.update("x".repeat(1000) + open);
      } catch (OutcomeOpenException e) {
        open++;
      } catch (DurabilityException e) {
        refused = e;
      }
    }
    assertThat(refused).hasMessageContaining("nothing was appended");
    directory.makeRoom();
    state.sync();
    assertThat(all(state)).hasSize(1 + open);
    state.close();
  }
}
