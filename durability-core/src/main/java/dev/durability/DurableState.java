package dev.durability;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.PublishResult;
import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.threads.StackRoom;
import dev.durability.wal.LogReport;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A state in memory that survives crashes: each update is an entry in a log, and from time to time
 * the whole state is written as a checkpoint and the log truncated.
 *
 * <p><b>Order.</b> An update is appended to the log, made durable, and only then applied to the
 * state, in the order of entry ids. So nobody ever reads what a crash could take back, and reading
 * goes on while the disk is slow, full or broken.
 *
 * <p><b>Threads.</b> Any number may use it. Updates at the same time share a sync. Conditional
 * updates decide one after the other, each on a state with all earlier updates in it. While a
 * reading, a decision or a snapshot runs, updates wait to be applied: keep them short. From within
 * them, and from within {@link StateMachine#apply}, the state must not be updated, and no
 * checkpoint taken, nor may it be closed: that is an {@link IllegalStateException}.
 *
 * <p><b>Entries.</b> An entry is encoded when it is passed, and {@link StateMachine#apply} is given
 * what decoding gives back, as when the state is opened again. So the caller may reuse the entry
 * and what is in it. Who promises never to change an entry saves the decoding: {@link
 * LiveEntries#AS_PASSED}.
 *
 * <p><b>Failures.</b> Those of the log are as {@link WalWriter} says. After {@link
 * OutcomeOpenException} the update may still become durable, and is applied when it does: {@link
 * #sync} tries again. After {@link dev.durability.errors.WriterPoisonedException} only reading
 * works. If {@link StateMachine#apply} throws, the entry is in the log already and stays there, and
 * the state in memory cannot be trusted: from then on every call but {@link #close} throws what it
 * threw, until the state is closed and opened again; opening builds a fresh state from the log, and
 * applies the entry again. So log and memory never disagree in front of a caller. Entries that
 * {@code apply} does not accept have to be kept out of the log: {@link #updateIf} is the place to
 * look before writing.
 *
 * @param <S> the type of the state
 * @param <E> the type of the entries, which are the updates
 */
public final class DurableState<S, E> implements Closeable {
  private final WalWriter<Update<E>> log;
  private final AppliedState<S, E> applied;
  private final BackgroundCheckpoints background;
  private final Updates<S, E> updates;
  private final Publishing<S> publishing;
  private final Closing closing;

  private DurableState(
      Directory directory,
      StateMachine<S, E> machine,
      CheckpointPolicy policy,
      UpdateCodec<E> codec,
      WalWriter<Update<E>> log,
      WalOptions options,
      StateLoading<S, E> loaded) {
    this.log = log;
    this.applied =
        new AppliedState<>(
            directory, machine, loaded.state(), loaded.lastEntryId(), loaded.replayed());
    this.background =
        new BackgroundCheckpoints(
            policy,
            options.observer(),
            BackgroundCheckpoints::newThread,
            this::publish,
            loaded.checkpointId(),
            loaded.replayed());
    this.updates = new Updates<>(codec, log, applied, background);
    this.publishing =
        new Publishing<>(
            machine,
            CheckpointPublisher.of(directory, options.clock(), log),
            applied,
            updates,
            background);
    this.closing = new Closing(policy, log, applied, updates, publishing, background);
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
    return open(directory, codec, machine, policy, options, LiveEntries.DECODED);
  }

  /**
   * Opens a state as {@link #open(Directory, Codec, StateMachine, CheckpointPolicy, WalOptions)}
   * does, for callers who know that their entries never change.
   *
   * @param directory where the log and its checkpoints are
   * @param codec turns entries into bytes and back
   * @param machine the state, and how entries change it
   * @param policy when to write a checkpoint
   * @param options how to write the log
   * @param live whether {@code apply} is given the entry that the log holds, or the one passed
   * @param <S> the type of the state
   * @param <E> the type of the entries
   * @return the open state; close it
   * @throws IOException as the other
   */
  public static <S, E> DurableState<S, E> open(
      Directory directory,
      Codec<E> codec,
      StateMachine<S, E> machine,
      CheckpointPolicy policy,
      WalOptions options,
      LiveEntries live)
      throws IOException {
    StateLoading<S, E> loading = new StateLoading<>(directory, codec, machine);
    UpdateCodec<E> updates = new UpdateCodec<>(codec, live, options.entryBytesMax());
    WalWriter<Update<E>> log = WalWriter.open(directory, updates, options, loading);
    try {
      return new DurableState<>(directory, machine, policy, updates, log, options, loading);
    } catch (Throwable e) {
      log.close(); // Nobody else can.
      throw e;
    }
  }

  /**
   * Updates the state. Durable and applied when this returns.
   *
   * @param entry the update
   * @return its entry id
   * @throws IllegalArgumentException if its bytes are more than the log takes; nothing changed
   * @throws dev.durability.errors.CodecException if the codec cannot encode it, or cannot decode
   *     what it encoded; nothing changed
   * @throws OutcomeOpenException if the log could not be written; the update is not applied now,
   *     and may be later
   * @throws IOException if the codec fails, or earlier updates fill the buffers and could not be
   *     written, and nothing changed; the log is poisoned; or applying failed, now or before
   */
  public long update(E entry) throws IOException {
    return updates.update(entry);
  }

  /**
   * Updates the state without waiting for the disk. Updates are applied in the order of the calls.
   *
   * @param entry the update
   * @return completes with the entry id when the update is durable and applied, or with what {@link
   *     #update} throws. What depends on it runs on the thread that made the update durable, the
   *     log's own or another that updates, with no lock of this state held. It may call this state,
   *     but must not wait for another such future; hand anything slow to an executor
   * @throws IOException as {@link #update}, if the update gets no entry id
   */
  public CompletableFuture<Long> updateAsync(E entry) throws IOException {
    return updates.updateAsync(entry);
  }

  /**
   * Looks at the state and decides whether and how to update it. No other update comes between the
   * look and the update: all earlier ones are in the state that is looked at. This waits until they
   * are durable, so conditional updates do not share a sync with each other.
   *
   * @param decision given the state, returns the update, or nothing to leave it as it is. It must
   *     not change the state. What it throws reaches the caller as it is, and nothing changed
   * @return the entry id of the update, durable and applied; empty if there was none
   * @throws OutcomeOpenException as {@link #update}
   * @throws IOException as {@link #update}; also if earlier updates could not be made durable, and
   *     then nothing was decided or appended
   */
  public OptionalLong updateIf(Function<? super S, Optional<E>> decision) throws IOException {
    return updates.updateIf(decision);
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
    long unused = StackRoom.proveForCall(); // Else the lock of reading could stay held.
    return applied.read(reading);
  }

  /**
   * Tells how the state is. It writes nothing, waits for nobody, and works from anywhere, also
   * after the state failed or was closed.
   *
   * @return how it is
   */
  public StateHealth health() {
    Throwable failure = applied.failure();
    return new StateHealth(
        failure != null ? failure : log.poison(),
        background.checkpointId(),
        background.lastFailure(),
        log.lastDurableId(),
        applied.appliedId());
  }

  /**
   * Makes every update so far durable and applied, those included whose outcome was left open.
   *
   * @throws OutcomeOpenException if the log could not be written; it can be tried again
   * @throws IOException if the log is poisoned or closed; or applying failed, now or before
   */
  public void sync() throws IOException {
    updates.sync();
  }

  /**
   * Writes a checkpoint of the state as it is now and truncates the log. Updates go on meanwhile;
   * they wait only while {@link StateMachine#snapshot} runs. Two checkpoints at once are written
   * one after the other.
   *
   * @return what was done; all of it is durable
   * @throws IOException if that fails; the state and the log are whole, and it can be tried again.
   *     What {@link StateMachine#write} throws is the cause
   * @throws IllegalStateException if this thread is writing a checkpoint of this state
   */
  public PublishResult checkpoint() throws IOException {
    updates.refuseWithinCallback();
    updates.refuseIfClosed();
    publishing.refuseWithin("taken");
    try {
      return publish();
    } catch (IOException | RuntimeException e) {
      background.checkpointFailed(e);
      throw e;
    }
  }

  private PublishResult publish() throws IOException {
    return publishing.publish();
  }

  /** {@return the id of the last entry that is in the state, 0 if there is none} */
  public long lastAppliedId() {
    return applied.appliedId();
  }

  /** {@return what opening found in the log} */
  public LogReport recovered() {
    return log.recovered();
  }

  /**
   * Makes every update durable and applied, writes a checkpoint if the policy says so and anything
   * changed, and gives up the log. Waits for a checkpoint that is being written. Closing again does
   * nothing, also while another thread is still closing. Reading goes on working.
   *
   * @throws IOException if an update is not durable, or the checkpoint fails; the log is given up
   *     all the same
   * @throws IllegalStateException if closing would wait for this very thread, because it is writing
   *     a checkpoint of this state, or is in a callback; nothing was closed
   */
  @Override
  public void close() throws IOException {
    closing.close();
  }
}
