package dev.durability;

import dev.durability.AppliedState.Expected;
import dev.durability.AppliedState.Progress;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.threads.StackSafeLock;
import dev.durability.threads.Thrown;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The path of an update: encoded, appended to the log in the order of ids, made durable, and then
 * applied. {@link DurableState} says what the public calls promise.
 */
final class Updates<S, E> {
  /** What the log returns for an update that is not {@linkplain #admits admitted}. */
  private static final long NOT_ADMITTED = 0;

  private final UpdateCodec<E> codec;
  private final WalWriter<Update<E>> log;
  private final AppliedState<S, E> applied;
  private final BackgroundCheckpoints background;
  private final Appending appending;
  private final PendingUpdates<E> pending;
  private final AppliedWaits waits;

  /** Whether a decision is being made, by the thread that has the appending lock. */
  private volatile boolean decides;

  private volatile boolean closed;

  Updates(
      UpdateCodec<E> codec,
      WalWriter<Update<E>> log,
      AppliedState<S, E> applied,
      BackgroundCheckpoints background,
      StackSafeLock publishing,
      StateOptions options) {
    this.codec = codec;
    this.log = log;
    this.applied = applied;
    this.background = background;
    this.appending = new Appending(publishing::isHeldByCurrentThread);
    this.pending = new PendingUpdates<>(this, appending, applied, options);
    this.waits = new AppliedWaits(log, applied, this);
  }

  long update(E entry) throws IOException {
    return settled(encode(entry, false));
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // The command's own result, which may be null.
  <R extends @Nullable Object> R execute(Command<S, R> command) throws IOException {
    Update<E> update = encode(entryOf(command), true);
    try {
      long unused = settled(update);
      return (R) update.expected().value();
    } catch (RuntimeException | Error e) {
      failIfExpected(update.expected(), e);
      throw e;
    }
  }

  /** Appends an update, and returns once it is durable and applied. */
  private long settled(Update<E> update) throws IOException {
    try {
      applied.refuseIfFailed();
      long id = appendDurable(update);
      applyDurable(id);
      return id;
    } catch (RuntimeException | Error e) {
      failIfExpected(update.expected(), e);
      throw e;
    }
  }

  /**
   * Appends an update and makes it durable, sharing the sync. If a decision is being made, it is
   * refused with the log's lock, and waits for that.
   */
  private long appendDurable(Update<E> update) throws IOException {
    try {
      long id = log.appendDurable(update);
      return id == NOT_ADMITTED ? settle(appending.with(() -> append(update))) : id;
    } catch (OutcomeOpenException e) {
      throw update.expected().id() == 0 ? notAppended(e) : e;
    }
  }

  /** Whether an update may be appended without the appending lock. With the log's lock. */
  boolean admits() {
    return !decides && !closed;
  }

  /** An update has its place in the log. With the log's lock. */
  void expect(long id, Expected<E> expected) {
    applied.expect(id, expected);
  }

  CompletableFuture<Long> updateAsync(E entry) throws IOException {
    return pending.append(encode(entry, false));
  }

  <R extends @Nullable Object> CompletableFuture<R> executeAsync(Command<S, R> command)
      throws IOException {
    return pending.append(encode(entryOf(command), true));
  }

  private Update<E> encode(E entry, boolean answers) throws IOException {
    refuseWithinCallback();
    refuseIfClosed();
    return applicable(entry, answers);
  }

  private Update<E> applicable(E entry, boolean answers) throws IOException {
    Update<E> update = codec.update(entry, answers);
    applied.refuseUnlessApplicable(update.entry());
    return update;
  }

  @SuppressWarnings("unchecked") // The codec refuses what is none of its entries.
  private E entryOf(Command<S, ?> command) {
    applied.requireCommands();
    return (E) command;
  }

  OptionalLong updateIf(Function<? super S, Optional<E>> decision) throws IOException {
    refuseWithinCallback();
    AtomicReference<@Nullable Update<E>> decided = new AtomicReference<>();
    try {
      Optional<AppendFuture> durable = appending.with(() -> decide(decision, decided));
      return durable.isEmpty() ? OptionalLong.empty() : OptionalLong.of(settle(durable.get()));
    } catch (RuntimeException | Error e) {
      Update<E> update = decided.getPlain();
      if (update != null) {
        failIfExpected(update.expected(), e);
      }
      throw e;
    }
  }

  /** Called with the appending lock held. */
  private Optional<AppendFuture> decide(
      Function<? super S, Optional<E>> decision, AtomicReference<@Nullable Update<E>> decided)
      throws IOException {
    refuseIfClosed();
    try {
      decides = true;
      settleEarlierUpdates();
      Optional<E> entry =
          Objects.requireNonNull(
              applied.read(decision),
              "the function of updateIf returned null; nothing was appended. Return"
                  + " Optional.empty() to append nothing");
      if (entry.isEmpty()) {
        return Optional.empty();
      }
      Update<E> update = applicable(entry.get(), false);
      decided.setPlain(update);
      return Optional.of(append(update));
    } finally {
      decides = false;
    }
  }

  /**
   * Makes all that was appended durable and applied. Called with the appending lock held, while
   * nothing else is admitted.
   */
  private void settleEarlierUpdates() throws IOException {
    long unused = log.lastAppendedId(); // What was admitted before has its place now.
    long earlier = applied.lastExpectedId();
    if (applied.appliedId() < earlier) {
      settlePending(earlier, "decided or appended");
    }
  }

  /**
   * Makes all that was appended durable, and applies it.
   *
   * @param neededId as for {@link #applyDurable}
   * @param refused what has not happened if this fails
   */
  void settlePending(long neededId, String refused) throws IOException {
    try {
      log.sync();
    } catch (OutcomeOpenException e) {
      throw new DurabilityException(
          "nothing was "
              + refused
              + ", because earlier updates could not be made durable ("
              + e.getMessage()
              + ")",
          e);
    }
    applyDurable(neededId);
  }

  /**
   * Called with the appending lock held, so that it comes before a decision or after it.
   *
   * @throws DurabilityException if nothing was appended
   */
  AppendFuture append(Update<E> update) throws IOException {
    refuseIfClosed();
    applied.refuseIfFailed();
    try {
      return log.appendAsync(update);
    } catch (OutcomeOpenException e) {
      throw notAppended(e);
    }
  }

  private static DurabilityException notAppended(OutcomeOpenException e) {
    return new DurabilityException(
        "nothing was appended, because earlier updates fill the buffers and could not be"
            + " written ("
            + e.getMessage()
            + ")",
        e);
  }

  /**
   * A call was broken off. If its entry is in the log, the state refuses from then on: the call did
   * not say that it had happened. An Error may come before the entry is expected; the log is
   * poisoned then, and no later entry is applied either: see {@link AppliedState#expect}.
   */
  void failIfExpected(Expected<E> expected, Throwable e) {
    boolean appended = true;
    try {
      appended = expected.id() != 0 || (e instanceof Error && log.poison() != null);
    } finally {
      if (appended) {
        applied.fail(e);
      }
    }
  }

  /** The same, for a future. */
  DurabilityException brokenOff(Throwable e) {
    applied.fail(e);
    return applied.failed();
  }

  /**
   * Waits until an update is durable, and applies it. The thread leads a round of the log if nobody
   * does, so it depends on no other thread: this works on the log's own thread, too.
   */
  private long settle(AppendFuture durable) throws IOException {
    try {
      log.sync();
    } catch (DurabilityException e) {
      join(durable); // Other updates may have failed, or the log was closed after this one.
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

  /**
   * Applies what is durable.
   *
   * @param neededId the entry that the caller waits for, 0 for none
   * @throws DurabilityException if that entry could not be applied
   */
  void applyDurable(long neededId) throws DurabilityException {
    if (neededId == 0 || applied.appliedId() < neededId) { // Of those who share a sync, the first.
      var now = applied.applyThrough(log.lastDurableId(), neededId);
      waits.wake(applied.appliedId());
      background.progressed(now);
    }
  }

  /** The outcome of an update whose entry is durable or failed: null is success. */
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

  /** Completes the future of an update that is settled; see {@link Appending}. */
  void complete(UpdateFuture<?> update) {
    appending.complete(update);
  }

  /** Completes what was settled under a lock that this thread gave up. */
  void completeSettled() {
    appending.completeSettled();
  }

  /** Whether this thread must complete nothing; see {@link Appending}. */
  boolean isToLeaveDependents() {
    return appending.isToLeaveDependents();
  }

  void sync() throws IOException {
    refuseWithinCallback();
    refuseIfClosed();
    log.sync();
    applyDurable(Long.MAX_VALUE - 1);
  }

  boolean awaitApplied(long entryId, Duration timeout) throws IOException {
    refuseWithinCallback();
    return waits.await(entryId, TimeUnit.NANOSECONDS.convert(timeout));
  }

  /**
   * A round of the log ended: applies what is durable before those who wait for it wake up. So they
   * need not wait for each other. If the state is being read, they apply it.
   */
  void roundEnded() {
    try {
      long durableId = log.lastDurableId();
      if (applied.appliedId() < durableId) {
        Progress now = applied.tryToApplyThrough(durableId);
        if (now != null) {
          waits.wake(applied.appliedId());
          background.progressed(now);
        }
      }
    } catch (Throwable e) {
      Thrown.report(e); // Nothing is lost: those who wait apply it.
    }
  }

  /** Makes all that was appended durable, and applies it. Works after {@link #end}, too. */
  void settleAll() throws IOException {
    if (log.lastDurableId() < log.lastAppendedId()) {
      log.sync();
    }
    applyDurable(0);
  }

  /** From now on nothing is appended: what was in flight has ended. */
  void end() throws IOException {
    appending.with(
        () -> {
          closed = true;
          return 0;
        });
  }

  /** Whether nothing is appended any more. */
  boolean isClosed() {
    return closed;
  }

  void refuseIfClosed() throws DurabilityException {
    if (closed) {
      throw new DurabilityException("the state is closed; open it again");
    }
  }

  /** Refuses a call that would wait for this thread itself, before it takes a lock. */
  void refuseWithinCallback() {
    applied.refuseWithinCallback();
    if (appending.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "this thread is appending an update, and the call would wait for it: return from the"
              + " codec or the observer first");
    }
    log.refuseWithinCallback();
  }
}
