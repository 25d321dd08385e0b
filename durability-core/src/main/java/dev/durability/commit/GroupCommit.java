package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import dev.durability.threads.StackRoom;
import dev.durability.threads.SureLock;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: threads that want their entries durable at the same time share a sync. A caller
 * takes the {@link #lock}, {@link #prepare}s, appends to its queue, {@link #join}s the next round,
 * gives the lock up, and {@link #await}s the end of that round, or leads it.
 *
 * <p>A thread that finds nobody leading leads at once; at the end it passes the lead to the thread
 * that waits. If more than one waits, the log's own thread leads from then on, as long as anyone
 * waits: its next round starts without waking anyone first. Virtual threads always lead themselves:
 * they are woken cheaply, and hand the disk over without a switch between threads of the system.
 * See {@link Lead} for all transitions, and {@link Rounds} for what a round does.
 */
public final class GroupCommit {
  private final Rounds rounds;
  private final ErrorRecovery recovery;
  private final LogThread logThread;
  private final Closing closing;
  private final Askers askers;

  /**
   * Begins with nobody who leads and nobody who waits. The log's own thread is to run {@link
   * #logThreadTask}.
   *
   * @param target what is committed
   * @param syncIntervalNanos how long an entry may stay not durable, 0 for as long as it likes
   * @param flushIntervalNanos how long an entry may stay in memory, 0 for as long as it likes
   * @param meanwhile a small piece of work that a thread looks for while it spins
   */
  public GroupCommit(
      CommitTarget target, long syncIntervalNanos, long flushIntervalNanos, Runnable meanwhile) {
    Deadlines deadlines = new Deadlines(syncIntervalNanos, flushIntervalNanos, System.nanoTime());
    this.rounds = new Rounds(target, deadlines, meanwhile);
    this.recovery = new ErrorRecovery(rounds);
    this.logThread = new LogThread(rounds, recovery);
    this.closing = new Closing(rounds, recovery);
    this.askers = new Askers(rounds, recovery, logThread, closing);
  }

  /** {@return the lock that guards the queue; nobody writes or syncs while holding it} */
  public SureLock lock() {
    return rounds.lock;
  }

  /** {@return what poisoned the writer, or null; any thread} */
  public @Nullable Throwable poison() {
    return rounds.poison.first();
  }

  /**
   * Sets who is told, once, of what poisons the writer. Before the writer is used.
   *
   * @param told given the failure, after those who wait were told; throws nothing
   */
  public void whenPoisoned(Consumer<Throwable> told) {
    rounds.poison.whenThere(told);
  }

  /** {@return how many wait for the round that comes next; with the lock} */
  public int waiting() {
    return rounds.next().size();
  }

  /** {@return the position up to which all survives power loss; any thread} */
  public long durable() {
    return rounds.durable();
  }

  /** {@return whether this thread leads: it must not wait for a round, which is its own} */
  public boolean isLeading() {
    return rounds.lead.isUsedByCurrentThread();
  }

  /**
   * Refuses if nothing more can be appended. With the lock.
   *
   * @throws DurabilityException if the writer is poisoned or closed
   */
  public void refuseIfDone() throws DurabilityException {
    rounds.refuseIfPoisoned();
    if (closing.hasBegun()) {
      throw new DurabilityException("the writer is closed; open the log again");
    }
  }

  /** {@return whether nobody writes, and nobody is about to; with the lock} */
  public boolean isIdle() {
    return rounds.lead.isFree() && rounds.next().isEmpty() && !rounds.next().isDemanded();
  }

  /**
   * Waits until something was taken out of the queue. With the lock, which is given up meanwhile.
   *
   * @param self what to wait with, not in use
   * @throws DurabilityException if this thread led a round and that failed
   */
  public void awaitRoom(Waiter.OfThread self) throws DurabilityException {
    rounds.awaitRoom(self);
  }

  /** Something is about to be appended, which others may have to be told of; with the lock. */
  public void prepare() {
    rounds.next().reserve();
    if (rounds.deadlines.startsWithAppend()) {
      rounds.deadlines.appended(System.nanoTime());
      rounds.work.signal();
    }
  }

  /**
   * Joins a round that makes all that was appended written, or durable; with the lock, {@link
   * #prepare prepared}.
   *
   * @param self what to wait with, not in use
   * @param sync whether it is to be durable, or just written
   * @return what to {@link #await} without the lock, or null if it is so already
   */
  public Waiter.@Nullable OfThread join(Waiter.OfThread self, boolean sync) {
    return rounds.join(self, sync ? Goal.DURABLE : Goal.FLUSHED) ? self : null;
  }

  /**
   * Waits for what {@link #join} returned, or does the work; without the lock.
   *
   * @param joined what it returned
   * @throws DurabilityException if that is not written, or not durable
   */
  public void await(Waiter.@Nullable OfThread joined) throws DurabilityException {
    if (joined != null) {
      rounds.await(joined);
    }
  }

  /**
   * Asks for an entry to become durable; with the lock, {@link #prepare prepared}.
   *
   * @param future is told
   */
  public void commitLater(FutureWaiter future) {
    rounds.next().add(future);
    if (rounds.lead.isFree()) {
      rounds.work.signal();
    }
  }

  /**
   * Waits until it is known what became of a future. This depends on no thread that runs what
   * depends on futures: see {@link Askers}. The future is settled here, unless that has to be left
   * to the log's own thread.
   *
   * @param future the future
   * @param nanos how long to wait, {@link Long#MAX_VALUE} for ever
   * @param interruptibly whether an interrupt ends the wait; if not, the flag is set again
   * @return whether it is known
   * @throws IllegalStateException if the thread leads: what it waits for comes after what it is in
   * @throws InterruptedException if an interrupt ended the wait
   */
  public boolean await(FutureWaiter future, long nanos, boolean interruptibly)
      throws InterruptedException {
    long unused = StackRoom.proveForCallbacks();
    if (!askers.isKnown(future)) {
      if (rounds.lock.isHeldByCurrentThread() || isLeading()) {
        throw new IllegalStateException(
            "this thread is in a callback of this log, such as an observer, and would wait for"
                + " itself: return from the callback before waiting for an entry");
      }
      if (!askers.await(future, nanos, interruptibly)) {
        return false;
      }
    }
    if (!rounds.dependents.mustBeLeft()) {
      settleKnown(future);
    }
    return true;
  }

  private void settleKnown(FutureWaiter future) {
    if (!future.isDone()) {
      future.settle(whyNot(future));
    }
  }

  /**
   * {@return why an entry is not durable whose outcome is known; null if it is}
   *
   * @param future its future
   */
  public @Nullable DurabilityException whyNot(FutureWaiter future) {
    DurabilityException failed = future.failure();
    if (future.target() <= rounds.durable()) {
      return null;
    }
    return failed != null ? failed : rounds.poison.asException();
  }

  /**
   * Sets what is done at the end of each round, by the thread that led it, without the lock, before
   * those who wait are told. Before the writer is used.
   *
   * @param task does it; throws nothing
   */
  public void beforeTelling(Runnable task) {
    rounds.dependents.after(task);
  }

  /**
   * Sets when a thread must not run what depends on futures, because others wait for what it holds:
   * then the log's own thread does it. Before the writer is used.
   *
   * @param held whether the current thread is such a one; throws nothing
   */
  public void leavingDependentsWhile(BooleanSupplier held) {
    rounds.dependents.leftWhile(held);
  }

  /**
   * Ends the writer for good because of something that failed outside of a round. Any thread.
   *
   * @param failure what failed
   */
  public void poison(Throwable failure) {
    recovery.poison(failure);
  }

  /**
   * Puts in order what an Error broke off in a call: see {@link ErrorRecovery}.
   *
   * @param self what the call waited with, or would have
   * @param happened whether the call had an effect already
   * @param error what was thrown
   */
  public void brokenOff(Waiter.OfThread self, boolean happened, Throwable error) {
    recovery.brokenOff(self, happened, error);
  }

  /** {@return what the log's own thread runs; it ends when the writer is closed} */
  public Runnable logThreadTask() {
    return logThread;
  }

  /**
   * Ends all work: commits what was appended, and runs the last step with the lead. Does nothing if
   * this was done before, unless an Error hit that call before it could begin.
   *
   * @param finish the last step if everything is durable
   * @param abandon the last step if anything failed
   * @throws IOException what failed
   */
  public void close(Closing.LastStep finish, Closing.LastStep abandon) throws IOException {
    closing.close(finish, abandon);
  }
}
