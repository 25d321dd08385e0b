package dev.durability;

import dev.durability.errors.DurabilityException;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The state in memory, and the entries that are in the log but not yet in it. An entry gets in once
 * it is durable, in the order of ids.
 */
final class AppliedState<S, E> {
  private final Directory directory;
  private final StateMachine<S, E> machine;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Queue<Pending<E>> pending = new ConcurrentLinkedQueue<>();
  private S state;
  private long appliedId;
  private Progress progress;
  private @Nullable Failure failure;

  private record Pending<E>(long id, E entry, long bytes) {}

  private record Failure(long id, Throwable cause, String place) {
    DurabilityException toThrow() {
      return new DurabilityException(
          "applying entry "
              + id
              + place
              + " failed ("
              + cause
              + "). It is durable, and the state in memory does not have it: close, mend what"
              + " failed, and open again; opening applies it to a fresh state",
          cause);
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
      Progress replayed) {
    this.directory = directory;
    this.machine = machine;
    this.state = recovered;
    this.appliedId = lastEntryId;
    this.progress = replayed;
  }

  /** An entry got its id. Called in the order of ids, by one thread at a time. */
  void expect(long id, E entry, long bytes) {
    pending.add(new Pending<>(id, entry, bytes));
  }

  /**
   * Applies what is durable now.
   *
   * @param durableId the last entry that is durable
   * @param neededId the entry that the caller waits for, 0 for none
   * @return what was applied by now
   * @throws DurabilityException if the entry that the caller waits for could not be applied
   */
  Progress applyThrough(long durableId, long neededId) throws DurabilityException {
    lock.writeLock().lock();
    try {
      for (Pending<E> next = pending.peek();
          failure == null && next != null && next.id() <= durableId;
          next = pending.peek()) {
        apply(next);
        pending.remove();
      }
      if (failure != null && appliedId < neededId) {
        throw failure.toThrow();
      }
      return progress;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void apply(Pending<E> next) {
    try {
      state = Objects.requireNonNull(machine.apply(state, next.entry()), "apply returned null");
      appliedId = next.id();
      progress = new Progress(progress.entries() + 1, progress.bytes() + next.bytes());
    } catch (Throwable e) {
      // The entry is in the log for good. What the state is now, nobody can tell: it is not shown.
      failure = new Failure(next.id(), e, "");
      failure = new Failure(next.id(), e, EntryPlace.of(directory, next.id(), e));
    }
  }

  <R> R read(Function<? super S, ? extends R> reading) throws DurabilityException {
    refuseWithinApply();
    lock.readLock().lock();
    try {
      refuseIfFailed();
      return reading.apply(state);
    } finally {
      lock.readLock().unlock();
    }
  }

  Snapshot<S> snapshot() throws DurabilityException {
    lock.readLock().lock();
    try {
      refuseIfFailed();
      return new Snapshot<>(machine.snapshot(state), appliedId, progress);
    } finally {
      lock.readLock().unlock();
    }
  }

  long appliedId() {
    lock.readLock().lock();
    try {
      return appliedId;
    } finally {
      lock.readLock().unlock();
    }
  }

  boolean hasFailed() {
    lock.readLock().lock();
    try {
      return failure != null;
    } finally {
      lock.readLock().unlock();
    }
  }

  void refuseIfFailed() throws DurabilityException {
    lock.readLock().lock();
    try {
      if (failure != null) {
        throw failure.toThrow();
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  /** What would wait for the state's lock, and so for this very thread, fails instead. */
  void refuseWithinCallback() {
    refuseWithinApply();
    if (lock.getReadHoldCount() > 0) {
      throw new IllegalStateException(
          "called while the state is being read by this thread, which it would wait for: return"
              + " from the reading, decision or snapshot first");
    }
  }

  private void refuseWithinApply() {
    if (lock.isWriteLockedByCurrentThread()) {
      throw new IllegalStateException(
          "called while an entry is being applied by this thread: apply must use nothing but the"
              + " state and the entry that it is given");
    }
  }
}
