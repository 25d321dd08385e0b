package dev.durability;

import dev.durability.errors.DurabilityException;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The state in memory, and the entries that are in the log but not yet in the state. An entry is
 * applied once it is durable, in the order of ids.
 *
 * <p>An Error may be thrown at any call. Changes are assignments without calls between them, so an
 * entry is in the state or it is not. If {@code apply} was broken off, the state cannot be read any
 * more.
 */
final class AppliedState<S, E> {
  private final Directory directory;
  private final StateMachine<S, E> machine;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /**
   * The last entry that was applied; those after it are still to be applied. Written with the lock
   * held.
   */
  private volatile Expected<E> applied = new Expected<>();

  /** The last entry that is expected. Assigned with the log's lock. */
  private volatile Expected<E> last = applied;

  /** The id that the next entry has to have. As {@link #last}. */
  private long nextId;

  /** What it means if it has another one. */
  private final DurabilityException gap =
      new DurabilityException("an entry before the last one is not expected");

  private S state;
  private volatile long appliedId;

  /** The entry whose application failed or was broken off, 0 if there is none. */
  private long failedId;

  private volatile @Nullable Throwable failure;
  private @Nullable String place;

  /** An entry on its way into the log, or in the log and on its way into the state. */
  static final class Expected<E> {
    private @Nullable E entry;
    private final long bytes;
    private final boolean answers;
    private long id;
    private long entriesThrough;
    private long bytesThrough;
    private @Nullable Object result;
    private volatile @Nullable Expected<E> next;

    private Expected() {
      entry = null;
      bytes = 0;
      answers = false;
    }

    /**
     * Creates it before it is appended.
     *
     * @param entry the entry
     * @param bytes how many bytes of log it takes
     * @param answers whether it is a {@link Command} whose result is wanted
     */
    Expected(E entry, long bytes, boolean answers) {
      this.entry = entry;
      this.bytes = bytes;
      this.answers = answers;
    }

    /** What it completes with once it is applied: the result of a command, else the id. */
    @Nullable Object value() {
      return answers ? result : (Object) id;
    }

    /** Its entry id, 0 before it has one. */
    long id() {
      return id;
    }

    /** How many bytes of log it takes. */
    long bytes() {
      return bytes;
    }
  }

  /**
   * How much was applied since the checkpoint that the state was loaded from.
   *
   * @param entries how many entries
   * @param bytes how many bytes of log they take
   */
  record Progress(long entries, long bytes) {}

  /**
   * A copy of the state that updates do not change.
   *
   * @param state the state
   * @param lastEntryId the last entry in it
   * @param progress what was applied to it
   */
  record Snapshot<S>(S state, long lastEntryId, Progress progress) {}

  AppliedState(
      Directory directory,
      StateMachine<S, E> machine,
      S recovered,
      long lastEntryId,
      Progress replayed,
      long nextId) {
    this.directory = directory;
    this.machine = machine;
    this.state = recovered;
    this.appliedId = lastEntryId;
    this.applied.entriesThrough = replayed.entries();
    this.applied.bytesThrough = replayed.bytes();
    this.nextId = nextId;
  }

  /** What executes a command has to be what applies it at recovery. */
  void requireCommands() {
    if (!(machine instanceof CommandMachine)) {
      throw new IllegalStateException(
          "only a state whose machine extends CommandMachine executes commands; "
              + machine.getClass().getName()
              + " does not");
    }
  }

  /** Refuses an entry that the machine could not apply, before it is appended. */
  void refuseUnlessApplicable(E entry) {
    if (machine instanceof CommandMachine && !(entry instanceof Command)) {
      throw new IllegalArgumentException(
          "the entry, as the codec decodes it, is a "
              + entry.getClass().getName()
              + ": that implements no Command, so this state cannot apply it. Nothing was appended");
    }
  }

  /**
   * An entry got its id. Called in the order of ids, with the log's lock. Calls nothing. If an
   * Error kept an entry before it from getting here, nothing is applied any more.
   */
  void expect(long id, Expected<E> entry) {
    Expected<E> before = last;
    if (id != nextId && failure == null) {
      failure = gap;
    }
    nextId = id + 1;
    entry.id = id;
    entry.entriesThrough = before.entriesThrough + 1;
    entry.bytesThrough = before.bytesThrough + entry.bytes;
    before.next = entry;
    last = entry;
  }

  /** The last entry that is expected; 0 if there was none since opening. */
  long lastExpectedId() {
    return last.id;
  }

  /** How many entries are expected and not yet applied; not positive if none. */
  long pendingEntries() {
    return last.id - appliedId;
  }

  /** How many bytes of log they take. */
  long pendingBytes() {
    return last.bytesThrough - applied.bytesThrough;
  }

  /**
   * Applies what is durable now.
   *
   * @param durableId the last entry that is durable
   * @param neededId the entry that the caller waits for, 0 for none
   * @return what was applied by now
   * @throws DurabilityException if the entry that the caller waits for could not be applied
   */
  @SuppressWarnings("LockNotBeforeTry") // Given up even if an Error comes after it is taken.
  Progress applyThrough(long durableId, long neededId) throws DurabilityException {
    try {
      lock.writeLock().lock();
      Progress now = applyWhatIsDurable(durableId);
      if (failure != null && appliedId < neededId) {
        throw failed();
      }
      lock.writeLock().unlock();
      return now;
    } catch (Throwable e) {
      unlockWritingForSure();
      throw e;
    }
  }

  /**
   * The same, unless the lock is in use.
   *
   * @return what was applied by now; null if it is in use
   */
  @SuppressWarnings("LockNotBeforeTry") // As above.
  @Nullable Progress tryToApplyThrough(long durableId) {
    try {
      if (!lock.writeLock().tryLock()) {
        return null;
      }
      Progress now = applyWhatIsDurable(durableId);
      lock.writeLock().unlock();
      return now;
    } catch (Throwable e) {
      unlockWritingForSure();
      throw e;
    }
  }

  private Progress applyWhatIsDurable(long durableId) {
    Expected<E> next = applied.next;
    while (failure == null && next != null && next.id <= durableId) {
      apply(next);
      next = next.next;
    }
    return progress();
  }

  private Progress progress() {
    Expected<E> through = applied;
    return new Progress(through.entriesThrough, through.bytesThrough);
  }

  private void unlockWritingForSure() {
    try {
      unlockWriting();
    } catch (Throwable again) {
      unlockWriting();
      throw again;
    }
  }

  private void unlockWriting() {
    while (lock.isWriteLockedByCurrentThread()) {
      lock.writeLock().unlock();
    }
  }

  private void apply(Expected<E> next) {
    failedId = next.id; // Until it is in the state.
    try {
      E entry = Objects.requireNonNull(next.entry);
      Applied<S, ?> done =
          next.answers && machine instanceof CommandMachine<S, E> commands
              ? commands.execute(state, entry, next.id)
              : null;
      S changed =
          done != null
              ? done.state()
              : Objects.requireNonNull(
                  machine.apply(state, entry, next.id), "StateMachine.apply returned null");
      Object result = done != null ? done.result() : null;
      Expected<E> before = applied;
      // Nothing is called from here on.
      next.result = result;
      state = changed;
      applied = next;
      before.next = null; // Its future may be kept: that must not keep all later entries.
      next.entry = null; // Nor its own.
      appliedId = next.id;
      failedId = 0;
    } catch (Throwable e) {
      // The entry is in the log for good. The state may be half changed, so nobody may read it.
      failure = e;
    }
  }

  /** An update was broken off: the log may contain it or not. */
  void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    }
  }

  /** Why the state cannot be read any more, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** The exception that says why. */
  DurabilityException failed() {
    Throwable cause = Objects.requireNonNull(failure);
    long id = failedId;
    if (id == 0) {
      return new DurabilityException(
          "an Error broke off an update ("
              + shown(cause)
              + "), so the log may hold an entry that the state lacks. Close the state and open"
              + " it again",
          cause);
    }
    String where = place;
    if (where == null) {
      where = EntryPlace.of(directory, id, cause);
      place = where;
    }
    return new DurabilityException(
        "applying entry "
            + id
            + where
            + " failed ("
            + shown(cause)
            + "). The entry is durable, but the state in memory lacks it. Close the state, fix"
            + " what failed, and open it again: opening applies the entry to a fresh state",
        cause);
  }

  /** An exception may itself be unable to say what it is. */
  private static String shown(Throwable cause) {
    try {
      return cause.toString();
    } catch (RuntimeException e) {
      return cause.getClass().getName();
    }
  }

  @SuppressWarnings("LockNotBeforeTry") // As above.
  <R> R read(Function<? super S, ? extends R> reading) throws DurabilityException {
    refuseWithinApply();
    int held = lock.getReadHoldCount();
    try {
      lock.readLock().lock();
      refuseIfFailed();
      R result = reading.apply(state);
      lock.readLock().unlock();
      return result;
    } catch (Throwable e) {
      try {
        unlockReading(held);
      } catch (Throwable again) {
        unlockReading(held);
        throw again;
      }
      throw e;
    }
  }

  private void unlockReading(int held) {
    while (lock.getReadHoldCount() > held) {
      lock.readLock().unlock();
    }
  }

  Snapshot<S> snapshot() throws DurabilityException {
    return read(
        shown ->
            new Snapshot<>(
                Objects.requireNonNull(
                    machine.snapshot(shown), "StateMachine.snapshot returned null"),
                appliedId,
                progress()));
  }

  /** The last entry in the state. Does not wait. */
  long appliedId() {
    return appliedId;
  }

  void refuseIfFailed() throws DurabilityException {
    if (failure != null) {
      throw failed();
    }
  }

  /** Refuses a call that would wait for the state's lock, and so for this thread itself. */
  void refuseWithinCallback() {
    refuseWithinApply();
    if (lock.getReadHoldCount() > 0) {
      throw new IllegalStateException(
          "this thread is reading the state, and the call would wait for it: return from the"
              + " reading, decision or snapshot first");
    }
  }

  private void refuseWithinApply() {
    if (lock.isWriteLockedByCurrentThread()) {
      throw new IllegalStateException(
          "this thread is applying an entry, and the call would wait for it: apply must use"
              + " only the state and the entry that it is given");
    }
  }
}
