package dev.durability;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.PublishResult;
import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.LogReport;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A state in memory that survives crashes: each update is an entry in a log, and from time to time
 * the whole state is written as a checkpoint and the log truncated.
 *
 * <p><b>Order.</b> An update is appended to the log, made durable, and only then applied to the
 * state, in the order of entry ids. So nobody ever reads what a crash could take back, and reading
 * goes on while the disk is slow, full or broken.
 *
 * <p><b>Threads.</b> Any number may use it. Updates at the same time share a sync. Conditional
 * updates decide one after the other, each on a state with all earlier updates in it.
 *
 * <p><b>Failures.</b> Those of the log are as {@link WalWriter} says: after {@link
 * dev.durability.errors.OutcomeOpenException} the update may still become durable, and is applied
 * when it does; after {@link dev.durability.errors.WriterPoisonedException} only reading works. If
 * {@link StateMachine#apply} throws, the entry is in the log already and stays there, and the state
 * in memory cannot be trusted: from then on every call throws what it threw, until the state is
 * closed and opened again; opening builds a fresh state from the log, and applies the entry again.
 * So log and memory never disagree in front of a caller. Entries that {@code apply} does not accept
 * have to be kept out of the log: {@link #updateIf} is the place to look before writing.
 *
 * @param <S> the type of the state
 * @param <E> the type of the entries, which are the updates
 */
public final class DurableState<S, E> implements Closeable {
  private final StateMachine<S, E> machine;
  private final CheckpointPolicy policy;
  private final WalWriter<E> log;
  private final CheckpointPublisher publisher;
  private final AppliedState<S, E> applied;
  private final BackgroundCheckpoints background;
  private final ReentrantLock appending = new ReentrantLock();
  private final ReentrantLock publishing = new ReentrantLock();
  private boolean closed;
  private long expectedId;

  private DurableState(
      StateMachine<S, E> machine,
      CheckpointPolicy policy,
      WalWriter<E> log,
      CheckpointPublisher publisher,
      Loading<S, E> loaded) {
    this.machine = machine;
    this.policy = policy;
    this.log = log;
    this.publisher = publisher;
    this.applied = new AppliedState<>(machine, loaded.state(), loaded.lastEntryId);
    this.expectedId = loaded.lastEntryId;
    this.background =
        new BackgroundCheckpoints(
            policy, this::checkpoint, loaded.checkpointId, loaded.entries, loaded.bytes);
  }

  /**
   * Opens a state: loads the newest usable checkpoint, applies the entries after it, and opens the
   * log for writing. A directory without a log gives the initial state.
   *
   * @param directory where the log and its checkpoints are
   * @param codec turns entries into bytes and back
   * @param machine the state, and how entries change it
   * @param policy when to write a checkpoint
   * @param options how to write the log
   * @param <S> the type of the state
   * @param <E> the type of the entries
   * @return the open state; close it
   * @throws dev.durability.errors.LockHeldException if it is open elsewhere
   * @throws dev.durability.errors.CorruptLogException if something that was promised is damaged or
   *     missing; nothing was changed
   * @throws DurabilityException if applying an entry fails, naming it; nothing was changed
   * @throws IOException if the storage, the codec or the machine fails
   */
  public static <S, E> DurableState<S, E> open(
      Directory directory,
      Codec<E> codec,
      StateMachine<S, E> machine,
      CheckpointPolicy policy,
      WalOptions options)
      throws IOException {
    Loading<S, E> loading = new Loading<>(directory, codec, machine);
    WalWriter<E> log = WalWriter.open(directory, loading.measured(), options, loading);
    CheckpointPublisher publisher = CheckpointPublisher.of(directory, options.clock(), log);
    return new DurableState<>(machine, policy, log, publisher, loading);
  }

  /**
   * Updates the state. Durable and applied when this returns.
   *
   * @param entry the update
   * @return its entry id
   * @throws IllegalArgumentException if its bytes are more than the log takes; nothing changed
   * @throws dev.durability.errors.OutcomeOpenException if the log could not be written; the update
   *     is not applied now, and may be later
   * @throws IOException if the codec fails, and nothing changed; the log is poisoned; or applying
   *     failed, now or before
   */
  public long update(E entry) throws IOException {
    return await(updateAsync(entry));
  }

  /**
   * Updates the state without waiting for the disk. Updates are applied in the order of the calls.
   *
   * @param entry the update
   * @return completes with the entry id when the update is durable and applied, or with what {@link
   *     #update} throws. What depends on it runs on the log's thread: hand anything slow to an
   *     executor
   * @throws IOException as {@link #update}, if the update gets no entry id
   */
  public CompletableFuture<Long> updateAsync(E entry) throws IOException {
    appending.lock();
    try {
      return append(entry);
    } finally {
      appending.unlock();
    }
  }

  /**
   * Looks at the state and decides whether and how to update it. No other update comes between the
   * look and the update: all earlier ones are in the state that is looked at. This waits until they
   * are durable, so conditional updates do not share a sync with each other.
   *
   * @param decision given the state, returns the update, or nothing to leave it as it is. It must
   *     not change the state. What it throws reaches the caller as it is, and nothing changed
   * @return the entry id of the update, durable and applied; empty if there was none
   * @throws IOException as {@link #update}
   */
  public OptionalLong updateIf(Function<? super S, Optional<E>> decision) throws IOException {
    CompletableFuture<Long> update;
    appending.lock();
    try {
      refuseIfClosed();
      settleEarlierUpdates();
      Optional<E> entry = applied.read(decision);
      if (entry.isEmpty()) {
        return OptionalLong.empty();
      }
      update = append(entry.get());
    } finally {
      appending.unlock();
    }
    return OptionalLong.of(await(update));
  }

  /** Makes all that was appended durable and applied. With the appending lock. */
  private void settleEarlierUpdates() throws IOException {
    if (applied.appliedId() < expectedId) {
      log.sync();
      applied.applyThrough(log.lastDurableId(), expectedId);
    }
  }

  /** With the appending lock: entries become expected in the order of their ids. */
  private CompletableFuture<Long> append(E entry) throws IOException {
    refuseIfClosed();
    applied.refuseIfFailed();
    long bytesBefore = log.appendedBytes();
    AppendFuture durable = log.appendAsync(entry);
    expectedId = durable.entryId();
    applied.expect(expectedId, entry);
    long bytes = log.appendedBytes() - bytesBefore;
    return durable.thenApply(
        id -> {
          applyDurable(id);
          background.entryApplied(bytes);
          return id;
        });
  }

  private void applyDurable(long id) {
    try {
      applied.applyThrough(log.lastDurableId(), id);
    } catch (DurabilityException e) {
      throw new CompletionException(e);
    }
  }

  private static long await(CompletableFuture<Long> update) throws IOException {
    try {
      return update.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof DurabilityException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /**
   * Reads the state. It holds all updates that are applied, which are all durable, and none that is
   * not. Readers do not wait for each other, nor for the disk.
   *
   * @param reading given the state, returns what is wanted of it. It must not change the state, nor
   *     keep or return parts of it that later updates change
   * @param <R> the type of what it returns
   * @return what it returned
   * @throws DurabilityException if applying an entry failed before
   */
  public <R> R read(Function<? super S, ? extends R> reading) throws DurabilityException {
    return applied.read(reading);
  }

  /**
   * Writes a checkpoint of the state as it is now and truncates the log. Updates go on meanwhile;
   * they wait only while {@link StateMachine#snapshot} runs. Two checkpoints at once are written
   * one after the other.
   *
   * @return what was done; all of it is durable
   * @throws IOException if that fails; the state and the log are whole, and it can be tried again
   */
  public PublishResult checkpoint() throws IOException {
    publishing.lock();
    try {
      AppliedState.Snapshot<S> snapshot = applied.snapshot();
      PublishResult result =
          publisher.publish(snapshot.lastEntryId(), out -> machine.write(snapshot.state(), out));
      background.checkpointWritten(snapshot.lastEntryId());
      return result;
    } finally {
      publishing.unlock();
    }
  }

  /** {@return the id of the last entry that is in the state, 0 if there is none} */
  public long lastAppliedId() {
    return applied.appliedId();
  }

  /** {@return what opening found in the log} */
  public LogReport recovered() {
    return log.recovered();
  }

  private void refuseIfClosed() throws DurabilityException {
    if (closed) {
      throw new DurabilityException("the state is closed; open it again");
    }
  }

  /**
   * Makes every update durable and applied, writes a checkpoint if the policy says so and anything
   * changed, and gives up the log. Closing again does nothing. Reading goes on working.
   *
   * @throws IOException if an update is not durable, or the checkpoint fails; the log is given up
   *     all the same
   */
  @Override
  public void close() throws IOException {
    appending.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      appending.unlock();
    }
    background.close();
    try (log) {
      log.sync();
      applied.applyThrough(log.lastDurableId(), 0);
      if (policy.isOnClose() && applied.appliedId() > background.checkpointId()) {
        checkpoint();
      }
    }
  }

  /** Builds the state while the log is opened: the checkpoint first, then each entry after it. */
  private static final class Loading<S, E> implements WalReplay<E> {
    private final StateMachine<S, E> machine;
    private final Recoverer<S, E> recoverer;
    private final MeasuredCodec<E> codec;
    private @Nullable S state;
    private long lastEntryId;
    private long checkpointId;
    private long entries;
    private long bytes;

    Loading(Directory directory, Codec<E> codec, StateMachine<S, E> machine) {
      this.machine = machine;
      this.recoverer = Recoverer.of(directory, codec, machine);
      this.codec = new MeasuredCodec<>(codec);
    }

    Codec<E> measured() {
      return codec;
    }

    S state() {
      return Objects.requireNonNull(state);
    }

    @Override
    public long fromId() throws IOException {
      Recovery<S> checkpoint = recoverer.loadCheckpoint();
      state = checkpoint.state();
      lastEntryId = checkpoint.lastEntryId();
      checkpointId = lastEntryId;
      return lastEntryId + 1;
    }

    @Override
    public void entry(long id, E entry) throws IOException {
      try {
        state = machine.apply(state(), entry);
      } catch (RuntimeException e) {
        throw new DurabilityException(
            "applying entry "
                + id
                + " of the log failed; nothing was changed: mend what failed and"
                + " open again, or recover up to the entry before it",
            e);
      }
      lastEntryId = id;
      entries++;
      bytes += codec.lastDecodedBytes();
    }
  }
}
