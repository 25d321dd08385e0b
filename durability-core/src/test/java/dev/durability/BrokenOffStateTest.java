package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.recovery.History;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Errors in the middle of calls of a state, in the simplest cases. The testkit tries them at each
 * point of the library.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenOffStateTest {
  private static final int STACK_BYTES = 200 * 1024;

  private final MemoryDirectory directory = new MemoryDirectory();

  /** Encoding throws where it is told to. */
  private static final class Texts implements Codec<String> {
    private volatile @Nullable Error error;

    @Override
    public void encode(String value, OutputStream out) throws IOException {
      Error now = error;
      error = null;
      if (now != null) {
        throw now;
      }
      Codecs.utf8().encode(value, out);
    }

    @Override
    public String decode(ByteBuffer payload) throws IOException {
      return Codecs.utf8().decode(payload);
    }
  }

  private DurableState<List<String>, String> open(Texts codec, LiveEntries live)
      throws IOException {
    StateOptions options =
        StateOptions.builder()
            .checkpointPolicy(CheckpointPolicy.manual())
            .liveEntries(live)
            .build();
    return DurableState.open(directory, codec, new History(), options);
  }

  /** A call of the state. */
  @FunctionalInterface
  private interface Call {
    void run(DurableState<List<String>, String> state) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void updateInWhichTheCodecThrowsAnErrorHasNotHappened(LiveEntries live) throws IOException {
    List<Call> calls =
        List.of(
            state -> state.update("never"),
            state -> state.updateAsync("never").join(),
            state -> state.updateIf(entries -> Optional.of("never")));
    Texts codec = new Texts();
    List<String> expected = new ArrayList<>();
    try (DurableState<List<String>, String> state = open(codec, live)) {
      for (Call call : calls) {
        Error error = new StackOverflowError("planted");
        codec.error = error;
        assertThatThrownBy(() -> call.run(state)).isSameAs(error);
        state.update("there");
        expected.add("there");
      }
      assertThat(state.<List<String>>read(List::copyOf)).isEqualTo(expected);
    }
    try (DurableState<List<String>, String> again = open(codec, live)) {
      assertThat(again.<List<String>>read(List::copyOf)).isEqualTo(expected);
    }
  }

  @Test
  void recursionThatUpdatesAtEachLevelLeavesStateAndLogInAgreement() throws Exception {
    List<String> live = new ArrayList<>();
    DurableState<List<String>, String> state = open(new Texts(), LiveEntries.DECODED);
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                updateAtEachLevel(state, 0);
              } catch (StackOverflowError | IOException e) {
                // The end of the stack, or the refusal of who came after it.
              }
            },
            "thin stack",
            STACK_BYTES);
    thread.start();
    thread.join();
    try {
      state.update("after it");
    } catch (DurabilityException refused) {
      assertThat(refused).hasRootCauseInstanceOf(StackOverflowError.class);
    }
    try {
      live.addAll(state.<List<String>>read(List::copyOf));
    } catch (DurabilityException refused) {
      assertThat(refused).hasRootCauseInstanceOf(StackOverflowError.class);
    }
    try {
      state.close();
    } catch (DurabilityException refused) {
      assertThat(refused).hasRootCauseInstanceOf(StackOverflowError.class);
    }
    try (DurableState<List<String>, String> again = open(new Texts(), LiveEntries.DECODED)) {
      List<String> recovered = again.read(List::copyOf);
      assertThat(recovered).hasSizeGreaterThanOrEqualTo(live.size());
      assertThat(recovered.subList(0, live.size())).isEqualTo(live);
    }
  }

  @SuppressWarnings("InfiniteRecursion") // The end of the stack is what is wanted.
  private static void updateAtEachLevel(DurableState<List<String>, String> state, int depth)
      throws IOException {
    state.update("at level " + depth);
    updateAtEachLevel(state, depth + 1);
  }
}
