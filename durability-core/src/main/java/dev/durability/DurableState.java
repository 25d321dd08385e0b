package dev.durability;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.PublishResult;
import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.frame.AfterFailure;
import dev.durability.log.LogReport;
import dev.durability.log.LogStats;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.threads.StackRoom;
import dev.durability.threads.StackSafeLock;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A state in memory that survives crashes. Each update is an entry in a log. From time to time the
 * whole state is written as a checkpoint, and the log is truncated.
 *
 * <p><b>Order.</b> An update is appended to the log, made durable, and only then applied to the
 * state, in the order of entry ids. So no reader sees what a crash could take back, and reading
 * goes on while the disk is slow, full or broken.
 *
 * <p><b>Threads.</b> Any number may use it. Updates at the same time share a sync. Conditional
 * updates decide one after the other, each on a state with all earlier updates in it. While a
 * reading, a decision or a snapshot runs, updates wait to be applied: keep them short. Code within
 * them, and within {@link StateMachine#apply}, must not update or close the state, nor take a
 * checkpoint: that is an {@link IllegalStateException}.
 *
 * <p><b>Entries.</b> An entry is encoded when it is passed. {@link StateMachine#apply} gets the
 * decoded entry, as when the state is opened again. So the caller may reuse the entry and its
 * content. A caller that never changes an entry can save the decoding: {@link
 * LiveEntries#AS_PASSED}.
 *
 * <p><b>Failures.</b> Those of the log are as {@link WalWriter} says. After {@link
 * OutcomeOpenException} the update may still become durable, and is then applied: {@link #sync}
 * retries. After {@link dev.durability.errors.WriterPoisonedException} only reading works. If
 * {@link StateMachine#apply} throws, the entry is already in the log and stays there, and the state
 * in memory cannot be trusted. From then on every call except {@link #close} throws the same
 * failure, until the state is closed and opened again. Opening builds a fresh state from the log,
 * and applies the entry again. So no caller sees log and memory disagree. Entries that {@code
 * apply} does not accept must not get into the log: make them {@linkplain Command commands}, whose
 * refusal is a result, or use {@link #updateIf} to look before writing.
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
      StateOptions options,
      UpdateCodec<E> codec,
      WalWriter<Update<E>> log,
      StateLoading<S, E> loaded) {
    CheckpointPolicy policy = options.checkpointPolicy();
    this.log = log;
    this.applied =
        new AppliedState<>(
            directory,
            machine,
            loaded.state(),
            loaded.lastEntryId(),
            loaded.replayed(),
            log.lastAppendedId() + 1);
    this.background =
        new BackgroundCheckpoints(
            policy,
            options.walOptions().observer(),
            BackgroundCheckpoints::newThread,
            this::publish,
            loaded.checkpointId(),
            loaded.replayed());
    StackSafeLock publishingLock = new StackSafeLock();
    this.updates = new Updates<>(codec, log, applied, background, publishingLock, options);
    codec.expectIn(updates);
    CheckpointPublisher publisher =
        CheckpointPublisher.of(directory, options.walOptions().clock(), log)
            .keeping(options.checkpointsKept());
    this.publishing =
        new Publishing<>(machine, publisher, applied, updates, background, publishingLock);
    this.closing = new Closing(policy, log, applied, updates, publishing, background);
  }

  /**
   * Opens a state as {@link #open(Directory, Codec, StateMachine, StateOptions)} does, with the
   * options that are set most.
   *
   * @param directory where the log and its checkpoints are
   * @param codec turns entries into bytes and back
   * @param machine the state, and how entries change it
   * @param policy when to write a checkpoint
   * @param options how to write the log
   * @param <S> the type of the state
   * @param <E> the type of the entries
   * @return the open state; close it
   * @throws IOException as the other method
   */
  public static <S, E> DurableState<S, E> open(
      Directory directory,
      Codec<E> codec,
      StateMachine<S, E> machine,
      CheckpointPolicy policy,
      WalOptions options)
      throws IOException {
    return open(
        directory,
        codec,
        machine,
        StateOptions.builder().checkpointPolicy(policy).walOptions(options).build());
  }

  /**
   * Opens a state: loads the newest usable checkpoint, applies the entries after it, and opens the
   * log for writing. A directory without a log gives the initial state.
   *
   * @param directory where the log and its checkpoints are
   * @param codec turns entries into bytes and back
   * @param machine the state, and how entries change it
   * @param options how to keep it
   * @param <S> the type of the state
   * @param <E> the type of the entries
   * @return the open state; close it
   * @throws dev.durability.errors.LockHeldException if it is open elsewhere
   * @throws dev.durability.errors.CorruptLogException if something that was promised is damaged or
   *     missing; nothing was changed
   * @throws DurabilityException if applying an entry fails; the message names it; nothing was
   *     changed
   * @throws IOException if the storage, the codec or the machine fails
   */
  public static <S, E> DurableState<S, E> open(
      Directory directory, Codec<E> codec, StateMachine<S, E> machine, StateOptions options)
      throws IOException {
    WalOptions ofLog = options.walOptions();
    StateLoading<S, E> loading = new StateLoading<>(directory, codec, machine);
    UpdateCodec<E> updates = new UpdateCodec<>(codec, options.liveEntries(), ofLog.entryBytesMax());
    WalWriter<Update<E>> log = WalWriter.open(directory, updates, ofLog, loading);
    try {
      return new DurableState<>(directory, machine, options, updates, log, loading);
    } catch (Throwable e) {
      AfterFailure.close(e, log); // Nobody else can close it.
      throw e;
    }
  }

  /**
   * Updates the state. When this returns, the update is durable and applied.
   *
   * @param entry the update
   * @return its entry id
   * @throws IllegalArgumentException if its bytes are more than the log takes, or the machine is a
   *     {@link CommandMachine} and it is no {@link Command}; nothing changed
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
   * <p>If as many updates are pending as {@link StateOptions#pendingUpdatesMax()} and {@link
   * StateOptions#pendingBytesMax()} permit, this thread first makes them durable and applies them.
   * It waits for the disk then, and other updates wait with it.
   *
   * @param entry the update
   * @return completes with the entry id when the update is durable and applied, or with what {@link
   *     #update} throws. Code that depends on it runs with no lock of this state held, on the log's
   *     own thread, or on one that updates, syncs, closes, or asks for this future. It may make any
   *     call of this state, and {@code join} or {@code get} this future and others of this method,
   *     wherever it runs. It must not wait for other code that depends on an update, so not for
   *     what {@code thenApply} and its like return: the thread that would run that code may be the
   *     one that waits. On a thread that writes a checkpoint, {@code join} returns before the
   *     future is done, and another thread runs what depends on it. While such code waits or works,
   *     other such code may have to wait: hand anything slow to an executor
   * @throws IOException as {@link #update}, if the update gets no entry id; also if so many are
   *     pending, and cannot be made durable
   */
  public CompletableFuture<Long> updateAsync(E entry) throws IOException {
    return updates.updateAsync(entry);
  }

  /**
   * Executes a command: appends it, makes it durable, applies it, and returns its result. The
   * command decides on a state with all earlier updates in it. Commands of many threads share a
   * sync.
   *
   * @param command the command, one of this state's entries
   * @param <R> the type of its result
   * @return its result: the command is durable and applied, and no crash takes the result back
   * @throws IllegalStateException if the machine of this state is no {@link CommandMachine};
   *     nothing changed
   * @throws IllegalArgumentException as {@link #update}
   * @throws RuntimeException what the codec throws for something that is none of its entries;
   *     nothing changed
   * @throws OutcomeOpenException as {@link #update}; the result is lost if it is applied later
   * @throws IOException as {@link #update}
   */
  public <R extends @Nullable Object> R execute(Command<S, R> command) throws IOException {
    return updates.execute(command);
  }

  /**
   * Executes a command without waiting for the disk. Commands are applied in the order of the
   * calls, among the other updates.
   *
   * @param command the command, one of this state's entries
   * @param <R> the type of its result
   * @return completes with the result when the command is durable and applied, or with what {@link
   *     #execute} throws; code that depends on it is as with {@link #updateAsync}
   * @throws IOException as {@link #execute}, if the command gets no entry id
   */
  public <R extends @Nullable Object> CompletableFuture<R> executeAsync(Command<S, R> command)
      throws IOException {
    return updates.executeAsync(command);
  }

  /**
   * Looks at the state and decides whether and how to update it. No other update comes between the
   * look and the update: the decision sees all earlier ones.
   *
   * <p><b>What it costs.</b> A decision waits until all earlier updates are durable, and other
   * updates wait for the decision. So of the decisions that update, each takes a sync of its own,
   * whatever the number of threads. Those that return nothing need no sync once nothing is pending,
   * and other updates that were appended in between share the syncs. If the decision can be made
   * when it is applied, make it a {@link Command}: {@link #execute} shares syncs among all threads.
   *
   * @param decision given the state, returns the update, or nothing to leave the state as it is. It
   *     must not change the state. What it throws reaches the caller as it is, and nothing changes;
   *     so does a NullPointerException if it returns null
   * @return the entry id of the update, durable and applied; empty if there was none
   * @throws OutcomeOpenException as {@link #update}
   * @throws IOException as {@link #update}; also if earlier updates could not be made durable; then
   *     nothing was decided or appended
   */
  public OptionalLong updateIf(Function<? super S, Optional<E>> decision) throws IOException {
    return updates.updateIf(decision);
  }

  /**
   * Reads the state. It contains exactly the updates that are applied, and all of them are durable.
   * Readers wait neither for each other nor for the disk.
   *
   * @param reading given the state, returns the result. It must not change the state, nor keep or
   *     return parts of it that later updates change
   * @param <R> the type of what it returns
   * @return what it returned
   * @throws DurabilityException if applying an entry failed before
   */
  public <R> R read(Function<? super S, ? extends R> reading) throws DurabilityException {
    long unused = StackRoom.proveForCall(); // Otherwise the read lock could stay held.
    return applied.read(reading);
  }

  /**
   * Waits until an entry is applied, so that this thread's next {@link #read} sees it. The entry
   * may be one that another thread appends later: one more than {@link #lastAppliedId} is the next
   * change. An entry that is appended and not yet durable is made durable here, as {@link #sync}
   * does it. An interrupt does not end the wait; the flag stays set.
   *
   * @param entryId the entry
   * @param timeout how long to wait; zero or less to look once, more than 292 years count as 292. A
   *     sync, or the application of an entry, that has begun is not cut short
   * @return whether it is applied; all entries before it are, too
   * @throws OutcomeOpenException if the entry is appended and the log could not be written; the
   *     call can be retried
   * @throws IOException if the entry is not applied and never will be, because the log is poisoned
   *     or the state is closed, now or during the wait; or applying failed, now or before. A thread
   *     that waits learns of these within a tenth of a second
   */
  public boolean awaitApplied(long entryId, Duration timeout) throws IOException {
    return updates.awaitApplied(entryId, timeout);
  }

  /**
   * Returns the health of the state. It writes nothing, does not wait, and works from anywhere,
   * even after the state failed or was closed.
   *
   * @return its health
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
   * Makes every update so far durable and applied, including those whose outcome was left open.
   *
   * @throws OutcomeOpenException if the log could not be written; the call can be retried
   * @throws IOException if the log is poisoned or closed; or applying failed, now or before
   */
  public void sync() throws IOException {
    updates.sync();
  }

  /**
   * Writes a checkpoint of the state as it is now and truncates the log. Updates go on meanwhile,
   * and wait only while {@link StateMachine#snapshot} runs. Two checkpoints at once are written one
   * after the other.
   *
   * @return what was done; all of it is durable
   * @throws IOException if that fails; the state and the log are whole, and the call can be
   *     retried. What {@link StateMachine#write} throws is the cause
   * @throws IllegalStateException if this thread is writing a checkpoint of this state
   */
  public PublishResult checkpoint() throws IOException {
    updates.refuseWithinCallback();
    updates.refuseIfClosed();
    publishing.refuseWithin("another checkpoint");
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

  /** {@return what the log did and where it stands; any thread, also after closing} */
  public LogStats logStats() {
    return log.stats();
  }

  /** {@return what opening found in the log} */
  public LogReport recovered() {
    return log.recovered();
  }

  /**
   * Makes every update durable and applied, writes a checkpoint if the policy says so and anything
   * changed, and gives up the log. Waits for a checkpoint that is being written. Closing again does
   * nothing, even while another thread is still closing. Reading still works afterwards.
   *
   * @throws IOException if an update is not durable, or the checkpoint fails; the log is given up
   *     anyway
   * @throws IllegalStateException if closing would wait for this very thread, because it is writing
   *     a checkpoint of this state, or is in a callback; nothing was closed
   */
  @Override
  public void close() throws IOException {
    closing.close();
  }
}
