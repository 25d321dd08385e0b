package dev.durability;

import dev.durability.AppliedState.Expected;
import dev.durability.AppliedState.Snapshot;
import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.PublishResult;
import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.frame.FrameFormat;
import dev.durability.log.LogReport;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.threads.StackRoom;
import dev.durability.threads.StackSafeLock;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
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
  private static final int CLOSING_ATTEMPTS = 3;

  private final StateMachine<S, E> machine;
  private final CheckpointPolicy policy;
  private final UpdateCodec<E> codec;
  private final WalWriter<Update<E>> log;
  private final CheckpointPublisher publisher;
  private final AppliedState<S, E> applied;
  private final BackgroundCheckpoints background;
  private final StackSafeLock appending = new StackSafeLock();
  private final StackSafeLock publishing = new StackSafeLock();
  private final StackSafeLock closing = new StackSafeLock();
  private final AtomicReference<@Nullable UpdateFuture> settled = new AtomicReference<>();
  private volatile boolean closed;
  private boolean settling;
  private boolean ended;

  private DurableState(
      Directory directory,
      StateMachine<S, E> machine,
      CheckpointPolicy policy,
      UpdateCodec<E> codec,
      WalWriter<Update<E>> log,
      WalOptions options,
      StateLoading<S, E> loaded) {
    this.machine = machine;
    this.policy = policy;
    this.codec = codec;
    this.log = log;
    this.publisher = CheckpointPublisher.of(directory, options.clock(), log);
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
    Update<E> update = encode(entry);
    Expected<E> expected = expected(update);
    try {
      AppendFuture durable = inAppending(() -> append(update, expected));
      return settle(durable);
    } catch (RuntimeException | Error e) {
      failIfExpected(expected, e);
      throw e;
    }
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
    Update<E> update = encode(entry);
    Expected<E> expected = expected(update);
    try {
      UpdateFuture result = new UpdateFuture(this, expected);
      result.follow(inAppending(() -> append(update, expected)));
      return result;
    } catch (RuntimeException | Error e) {
      failIfExpected(expected, e);
      throw e;
    }
  }

  private Update<E> encode(E entry) throws IOException {
    refuseWithinCallback();
    refuseIfClosed();
    return codec.update(entry);
  }

  private static <E> Expected<E> expected(Update<E> update) {
    return new Expected<>(update.entry(), FrameFormat.frameBytes(update.size()));
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
    refuseWithinCallback();
    AtomicReference<@Nullable Expected<E>> decided = new AtomicReference<>();
    try {
      Optional<AppendFuture> durable = inAppending(() -> decide(decision, decided));
      return durable.isEmpty() ? OptionalLong.empty() : OptionalLong.of(settle(durable.get()));
    } catch (RuntimeException | Error e) {
      failIfExpected(decided.getPlain(), e);
      throw e;
    }
  }

  /** With the appending lock. */
  private Optional<AppendFuture> decide(
      Function<? super S, Optional<E>> decision, AtomicReference<@Nullable Expected<E>> decided)
      throws IOException {
    refuseIfClosed();
    settleEarlierUpdates();
    Optional<E> entry = applied.read(decision);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    Update<E> update = codec.update(entry.get());
    Expected<E> expected = expected(update);
    decided.setPlain(expected);
    return Optional.of(append(update, expected));
  }

  /** Makes all that was appended durable and applied. With the appending lock. */
  private void settleEarlierUpdates() throws IOException {
    long earlier = applied.lastExpectedId();
    if (applied.appliedId() >= earlier) {
      return;
    }
    try {
      log.sync();
    } catch (OutcomeOpenException e) {
      throw new DurabilityException(
          "nothing was decided or appended: earlier updates could not be made durable ("
              + e.getMessage()
              + ")",
          e);
    }
    applyDurable(earlier);
  }

  /**
   * With the appending lock: entries become expected in the order of their ids.
   *
   * @throws DurabilityException if nothing was appended
   */
  private AppendFuture append(Update<E> update, Expected<E> expected) throws IOException {
    refuseIfClosed();
    applied.refuseIfFailed();
    long before = log.lastAppendedId();
    try {
      AppendFuture durable = log.appendAsync(update);
      applied.expect(durable.entryId(), expected);
      return durable;
    } catch (OutcomeOpenException e) {
      throw new DurabilityException(
          "nothing was appended: earlier updates fill the buffers and could not be written ("
              + e.getMessage()
              + ")",
          e);
    } catch (Error e) {
      failIfAppended(before, expected, e);
      throw e;
    }
  }

  /** An entry in the log that the state does not expect: then the state must not go on. */
  private void failIfAppended(long before, Expected<E> expected, Error e) {
    boolean appended = true;
    try {
      appended = expected.id() != 0 || log.lastAppendedId() != before;
    } finally {
      if (appended) {
        applied.fail(e);
      }
    }
  }

  /**
   * A call was broken off. If its entry is in the log, the state refuses from then on: the call did
   * not say that it had happened.
   */
  private void failIfExpected(@Nullable Expected<E> expected, Throwable e) {
    if (expected != null && expected.id() != 0) {
      applied.fail(e);
    }
  }

  /** The same, for a future. */
  DurabilityException brokenOff(Throwable e) {
    applied.fail(e);
    return applied.failed();
  }

  /**
   * Waits until an update is durable, and applies it. The thread leads a round of the log if nobody
   * does, and so depends on no other: this works on the log's own thread too.
   */
  private long settle(AppendFuture durable) throws IOException {
    try {
      log.sync();
    } catch (DurabilityException e) {
      join(durable); // Others may have failed, or the log was closed behind this one.
    }
    applyDurable(durable.entryId());
    return durable.entryId();
  }

  private static void join(AppendFuture durable) throws IOException {
    try {
      Long unused = durable.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof DurabilityException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** Applies what is durable; throws if the needed entry could not be applied. */
  private void applyDurable(long neededId) throws DurabilityException {
    background.progressed(applied.applyThrough(log.lastDurableId(), neededId));
  }

  /** What an update comes to whose entry is durable, or failed: null is success. */
  @Nullable Throwable outcome(Expected<?> expected, @Nullable Throwable failure) {
    if (failure != null) {
      return failure;
    }
    try {
      applyDurable(expected.id());
      return null;
    } catch (DurabilityException e) {
      return e;
    }
  }

  /**
   * Completes an update that is settled. What depends on it must not run under the lock of
   * appending: it may wait for others who want it.
   */
  void complete(UpdateFuture update) {
    if (!appending.isHeldByCurrentThread()) {
      update.complete();
      return;
    }
    update.next = settled.get(); // Only who holds the lock adds.
    while (!settled.compareAndSet(update.next, update)) {
      update.next = settled.get();
    }
  }

  /** Runs something with the appending lock, and then what became complete meanwhile. */
  private <R> R inAppending(Guard.Body<R> body) throws IOException {
    try {
      R result = Guard.with(appending, body);
      completeSettled();
      return result;
    } catch (Throwable e) {
      try {
        completeSettled();
      } catch (Throwable again) {
        completeSettled();
        throw again;
      }
      throw e;
    }
  }

  /** All at once: what depends on the first may append, and come here again. */
  private void completeSettled() {
    UpdateFuture taken = settled.getAndSet(null);
    UpdateFuture first = null;
    while (taken != null) {
      UpdateFuture following = taken.next;
      taken.next = first;
      first = taken;
      taken = following;
    }
    while (first != null) {
      UpdateFuture following = first.next;
      try {
        first.complete();
      } catch (Throwable e) {
        completeLater(first);
        throw e;
      }
      first = following;
    }
  }

  /** Puts back what is left, for the caller of {@link #completeSettled}. */
  private void completeLater(UpdateFuture left) {
    for (UpdateFuture each = left; each != null; ) {
      UpdateFuture following = each.next;
      UpdateFuture head = settled.get();
      do {
        head = settled.get();
        each.next = head;
      } while (!settled.compareAndSet(head, each));
      each = following;
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
    refuseWithinCallback();
    refuseIfClosed();
    log.sync();
    applyDurable(Long.MAX_VALUE - 1);
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
    refuseWithinCallback();
    refuseIfClosed();
    refuseWithinCheckpoint("taken");
    try {
      return publish();
    } catch (IOException | RuntimeException e) {
      background.checkpointFailed(e);
      throw e;
    }
  }

  /** Also while closing, which waits for a checkpoint that is due. A closed log refuses it. */
  private PublishResult publish() throws IOException {
    return Guard.with(publishing, this::publishAlone);
  }

  private PublishResult publishAlone() throws IOException {
    Snapshot<S> snapshot = applied.snapshot();
    PublishResult result =
        publisher.publish(snapshot.lastEntryId(), new StateWriting<>(machine, snapshot));
    background.checkpointWritten(snapshot.lastEntryId(), snapshot.progress());
    applyDurable(0); // The marker's sync took earlier updates with it, of open outcome too.
    return result;
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

  /** What would wait for this very thread is refused, before it takes a lock. */
  void refuseWithinCallback() {
    applied.refuseWithinCallback();
    if (appending.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "called while this thread appends an update, for example from its codec within updateIf,"
              + " or from an observer: return first");
    }
    log.refuseWithinCallback();
  }

  private void refuseWithinCheckpoint(String what) {
    if (publishing.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          what
              + " by the thread that writes a checkpoint, which this would wait for: return from"
              + " writing it first, or use another thread");
    }
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
    if (closing.isHeldByCurrentThread()) {
      return;
    }
    refuseWithinCallback();
    refuseWithinCheckpoint("closed");
    if (background.isOnItsThread()) {
      throw new IllegalStateException(
          "closed by the thread of the checkpoint that closing waits for: use another thread");
    }
    if (closing.tryLock()) {
      try {
        closeOnce();
      } finally {
        closing.unlock();
      }
    }
  }

  private void closeOnce() throws IOException {
    Throwable failure = null;
    // Again where an Error hit it: each of the steps leaves out what it did before.
    for (int left = CLOSING_ATTEMPTS; !ended && left > 0; left--) {
      try {
        closeLog();
      } catch (Throwable e) {
        failure = failure == null ? e : failure;
      }
    }
    rethrow(failure);
  }

  private void closeLog() throws IOException {
    inAppending(
        () -> {
          closed = true;
          return 0;
        });
    background.close();
    Guard.with(
        publishing,
        () -> {
          Closeable last = this::giveUpLog;
          try (last) {
            settleOnce();
          }
          return 0;
        });
  }

  /**
   * An Error in it does not keep the log from being given up; after that there is no more to do.
   */
  private void settleOnce() throws IOException {
    if (!settling) {
      settling = true;
      settleAll();
    }
  }

  private void giveUpLog() throws IOException {
    try {
      log.close();
      ended = true;
    } catch (IOException | RuntimeException e) {
      ended = true; // It is given up all the same.
      throw e;
    }
  }

  /** Makes all durable and applied, and writes the last checkpoint. */
  private void settleAll() throws IOException {
    if (log.lastDurableId() < log.lastAppendedId()) {
      log.sync();
    }
    applyDurable(0);
    if (policy.isOnClose()
        && applied.failure() == null
        && applied.appliedId() > background.checkpointId()) {
      PublishResult unused = publish();
    }
  }

  private static void rethrow(@Nullable Throwable failure) throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }
}
