package dev.durability;

import dev.durability.AppliedState.Progress;
import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FrameFormat;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builds a state while its log is opened: the checkpoint first, then each entry after it. */
final class StateLoading<S, E> implements WalReplay<Update<E>> {
  private final Directory directory;
  private final StateMachine<S, E> machine;
  private final Recoverer<S, E> recoverer;
  private @Nullable Recovery<S> checkpoint;
  private @Nullable S state;
  private long lastEntryId;
  private long entries;
  private long bytes;

  StateLoading(Directory directory, Codec<E> codec, StateMachine<S, E> machine) {
    this.directory = directory;
    this.machine = machine;
    this.recoverer = Recoverer.of(directory, codec, machine);
  }

  @Override
  public long fromId() throws IOException {
    Recovery<S> newest = recoverer.loadCheckpoint();
    checkpoint = newest;
    state = newest.state();
    lastEntryId = newest.lastEntryId();
    return lastEntryId + 1;
  }

  @Override
  public void entry(long id, Update<E> update) throws IOException {
    try {
      state =
          Objects.requireNonNull(
              machine.apply(state(), update.entry(), id), "StateMachine.apply returned null");
    } catch (Throwable e) { // Including checked exceptions that apply does not declare.
      String what =
          "applying entry "
              + id
              + EntryPlace.of(directory, id, e)
              + " failed ("
              + e
              + "). Nothing was changed: fix what failed and open again, or recover up to the"
              + " entry before it";
      if (e instanceof Error error) {
        error.addSuppressed(new DurabilityException(what));
        throw error;
      }
      throw new DurabilityException(what, e);
    }
    lastEntryId = id;
    entries++;
    bytes += FrameFormat.frameBytes(update.size());
  }

  S state() {
    return Objects.requireNonNull(state);
  }

  /** The last entry in the state. */
  long lastEntryId() {
    return lastEntryId;
  }

  /** The last entry in the checkpoint that the state was built from. */
  @Override
  public long checkpointId() {
    return Objects.requireNonNull(checkpoint).lastEntryId();
  }

  Progress replayed() {
    return new Progress(entries, bytes);
  }
}
