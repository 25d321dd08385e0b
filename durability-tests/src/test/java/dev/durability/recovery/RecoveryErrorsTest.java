package dev.durability.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What fails is named, and a recovery that failed can be tried again. */
class RecoveryErrorsTest extends RecoveryFixture {
  @Test
  void recoveryThatFailsCanBeTriedAgain() throws IOException {
    Written written = new Written(directory, 5, 2);
    written.write(60, 10, 4096);
    for (Operation operation :
        List.of(Operation.READ, Operation.OPEN, Operation.LIST, Operation.SIZE)) {
      boolean failed = true;
      for (int nth = 1; failed && nth < 400; nth += 1 + nth / 8) {
        long before = directory.injected();
        directory.inject(Fault.of(operation).nth(nth));
        try {
          assertThat(latest(directory)).isEqualTo(written.upTo(Long.MAX_VALUE));
        } catch (IOException expected) {
          assertThat(expected).hasMessageContaining("Input/output error");
        }
        failed = directory.injected() > before;
        directory.heal();
        assertThat(latest(directory))
            .as("%s nth=%s", operation, nth)
            .isEqualTo(written.upTo(Long.MAX_VALUE));
      }
    }
  }

  @Test
  void functionThatReturnsNoStateIsAnErrorThatNamesWhatFailed() throws IOException {
    new Written(disk, 1, 2).write(20, 0, 4096);
    Recoverer<String, String> broken =
        Recoverer.of(disk, Codecs.utf8(), () -> "", in -> "", (state, entry, id) -> nothing());
    assertThatThrownBy(() -> broken.recover(RecoveryOptions.latest()))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("applying entry 1");
  }

  @SuppressWarnings({
    "NullAway",
    "TypeParameterUnusedInFormals"
  }) // Callers without a checker do it.
  private static <T> T nothing() {
    return null;
  }

  @Test
  void logThatVanishesAgainAndAgainIsAnErrorAndNoEndlessSearch() throws IOException {
    new Written(disk, 1, 2).write(20, 0, 4096);
    int[] tries = {0};
    Directory vanishing =
        new ForwardingDirectory(disk) {
          @Override
          public ReadFile open(String path) throws IOException {
            tries[0]++;
            throw new NoSuchFileException(path);
          }

          @Override
          public List<String> list(String directory) throws IOException {
            // Something else is removed before each attempt.
            return directory.equals("checkpoints")
                ? List.of(String.format(Locale.ROOT, "%020d.ckpt", tries[0] + 1))
                : super.list(directory);
          }

          @Override
          public boolean exists(String path) throws IOException {
            return path.equals("checkpoints") || super.exists(path);
          }
        };
    assertThatThrownBy(() -> recoverer(vanishing).recover(RecoveryOptions.latest()))
        .isInstanceOf(DurabilityException.class)
        .hasCauseInstanceOf(NoSuchFileException.class);
    assertThat(tries[0]).isBetween(100, 100_000);
  }

  @Test
  void entryThatCannotBeAppliedIsNamed() throws IOException {
    Written written = new Written(disk, 1, 2);
    written.write(20, 0, 4096);
    History thrower = new History();
    StateMachine<List<String>, String> machine =
        new StateMachine<>() {
          @Override
          public List<String> initial() {
            return new ArrayList<>();
          }

          @Override
          public List<String> apply(List<String> state, String entry) {
            if (state.size() == 2) {
              throw new IllegalStateException("three is too many");
            }
            return thrower.apply(state, entry);
          }

          @Override
          public List<String> snapshot(List<String> state) {
            return state;
          }

          @Override
          public void write(List<String> state, OutputStream out) {}

          @Override
          public List<String> read(InputStream in) {
            return List.of();
          }
        };
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(
            () -> Recoverer.of(disk, Codecs.utf8(), machine).recover(RecoveryOptions.latest()))
        .withMessageContaining("entry 3 ")
        .withRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void errorOfTheFunctionIsThrownAsItIsAndNamesTheEntry() throws IOException {
    try (WalWriter<String> log = WalWriter.open(disk, Codecs.utf8(), WalOptions.defaults())) {
      log.appendDurable("a");
      log.appendDurable("b");
    }
    Error error = new AssertionError("the caller's");
    Recoverer<String, String> failing =
        Recoverer.of(
            disk,
            Codecs.utf8(),
            () -> "",
            in -> "",
            (state, entry, id) -> {
              if (id == 2) {
                throw error;
              }
              return entry;
            });
    assertThatThrownBy(() -> failing.recover(RecoveryOptions.latest()))
        .isSameAs(error)
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .satisfies(it -> assertThat(it).hasMessageContaining("applying entry 2 (")));
  }
}
