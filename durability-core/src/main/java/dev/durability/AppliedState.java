package dev.durability;

import dev.durability.errors.DurabilityException;
import dev.durability.recovery.StateMachine;
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
  private final StateMachine<S, E> machine;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Queue<Pending<E>> pending = new ConcurrentLinkedQueue<>();
  private S state;
  private long appliedId;
  private @Nullable Failure failure;

  private record Pending<E>(long id, E entry) {}

  private record Failure(long id, Throwable cause) {
    DurabilityException toThrow() {
      return new DurabilityException(
          "applying entry "
              + id
              + " failed. It is durable, and the state in memory does not have it: close, mend what"
              + " failed, and open again; opening applies it to a fresh state",
          cause);
    }
  }

  /**
   * A copy of the state that updates do not change.
   *
   * @param state the state
   * @param lastEntryId the last entry in it
   */
  record Snapshot<S>(S state, long lastEntryId) {}

  AppliedState(StateMachine<S, E> machine, S recovered, long lastEntryId) {
    this.machine = machine;
    this.state = recovered;
    this.appliedId = lastEntryId;
  }

  /** An entry got its id. Called in the order of ids, by one thread at a time. */
  void expect(long id, E entry) {
    pending.add(new Pending<>(id, entry));
  }

  /**
   * Applies what is durable now.
   *
   * @param durableId the last entry that is durable
   * @param neededId the entry that the caller waits for
   * @throws DurabilityException if it could not be applied
   */
  void applyThrough(long durableId, long neededId) throws DurabilityException {
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
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void apply(Pending<E> next) {
    try {
      state = machine.apply(state, next.entry());
      appliedId = next.id();
    } catch (Throwable e) {
      // The entry is in the log for good. What the state is now, nobody can tell: it is not shown.
      failure = new Failure(next.id(), e);
    }
  }

  <R> R read(Function<? super S, ? extends R> reading) throws DurabilityException {
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
      return new Snapshot<>(machine.snapshot(state), appliedId);
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
}
