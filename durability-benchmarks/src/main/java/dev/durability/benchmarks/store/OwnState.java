package dev.durability.benchmarks.store;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.LiveEntries;
import dev.durability.StateOptions;
import dev.durability.codec.Codec;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import java.io.IOException;

/** Opens states of this project as they are measured. */
public final class OwnState {

  private OwnState() {}

  /**
   * Opens a state with the default options, which writes a checkpoint only when it is asked to.
   *
   * @param directory where it is
   * @param codec turns entries into bytes and back
   * @param machine the state, and how entries change it
   * @param live whether entries are applied as the log holds them, or as they are passed
   * @param <S> the type of the state
   * @param <E> the type of the entries
   * @return the open state; close it
   * @throws IOException if that fails
   */
  public static <S, E> DurableState<S, E> open(
      Directory directory, Codec<E> codec, StateMachine<S, E> machine, LiveEntries live)
      throws IOException {
    StateOptions options =
        StateOptions.builder()
            .checkpointPolicy(CheckpointPolicy.manual())
            .liveEntries(live)
            .build();
    return DurableState.open(directory, codec, machine, options);
  }
}
