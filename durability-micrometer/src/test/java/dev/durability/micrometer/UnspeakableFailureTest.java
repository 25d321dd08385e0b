package dev.durability.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.Codecs;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serial;
import org.junit.jupiter.api.Test;

/** The health of a state whose {@code apply} threw what cannot say what it is. */
class UnspeakableFailureTest {
  @Test
  void theHealthIsDownAndNamesTheClass() throws IOException {
    try (DurableState<String, String> state =
        DurableState.open(
            new MemoryDirectory(),
            Codecs.utf8(),
            new Refusing(),
            CheckpointPolicy.manual(),
            WalOptions.defaults())) {
      assertThatThrownBy(() -> state.update("a")).isInstanceOf(IOException.class);

      DurabilityHealth health = DurabilityHealth.of(state.logStats(), state.health());
      assertThat(health.status()).isEqualTo(DurabilityHealth.Status.DOWN);
      assertThat(health.details())
          .containsEntry("failure", UnspeakableException.class.getName())
          .containsEntry("durableId", 1L);
    }
  }

  private static final class UnspeakableException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message");
    }
  }

  private static final class Refusing implements StateMachine<String, String> {
    private final Texts texts = new Texts();

    @Override
    public String initial() {
      return texts.initial();
    }

    @Override
    public String apply(String state, String entry) {
      throw new UnspeakableException();
    }

    @Override
    public String snapshot(String state) {
      return texts.snapshot(state);
    }

    @Override
    public void write(String state, OutputStream out) throws IOException {
      texts.write(state, out);
    }

    @Override
    public String read(InputStream in) throws IOException {
      return texts.read(in);
    }
  }
}
