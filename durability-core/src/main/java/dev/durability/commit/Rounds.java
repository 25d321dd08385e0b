package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.threads.SureLock;
import dev.durability.threads.Thrown;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One round after another. The thread that leads a round takes all that was appended, writes it,
 * syncs it if anyone wants that, passes the lead on, and only then wakes those that were served, so
 * that the disk never idles. Threads arriving during a round join the next one.
 *
 * <p><b>Errors.</b> A StackOverflowError or OutOfMemoryError may come at any call. What must not be
 * left out then (passing the lead on, telling those who wait) is in steps that can be repeated. The
 * thread that was hit repeats them further up, where there is more stack: {@link ErrorRecovery}. A
 * writer that was hit in the middle of something is poisoned.
 */
final class Rounds {
  /** Guards all that is not said to be free of it. Nobody writes or syncs while holding it. */
  final SureLock lock = new SureLock();

  /** Signalled if there may be room in the queue again, and at the end of each round. */
  final Condition room = lock.newCondition();

  /** Signalled if there may be work for the log's own thread. */
  final Condition work = lock.newCondition();

  final CommitTarget target;
  final Poison poison = new Poison();
  final Deadlines deadlines;

  /** The log's own thread as a leader. */
  final Leader logLeader = new Leader();

  final Lead lead = new Lead(logLeader);
  final Dependents dependents = new Dependents(lock, work, lead, logLeader);

  private final DurabilityException brokenQueue =
      new DurabilityException("an Error broke off an append");
  private final Gathering gathering = new Gathering();
  private final Patience patience;
  private final VirtualThreads virtualThreads = new VirtualThreads();
  private final BiFunction<Waiter, @Nullable Throwable, DurabilityException> whyNot =
      poison::whyNot;
  private final IntSupplier waitingThreads = this::waitingThreads;

  private final AtomicReference<@Nullable Round> unused = new AtomicReference<>();
  private final Round never = new Round();
  private Round next = new Round();
  private boolean markFailed;
  private long written;
  private volatile long durable;

  Rounds(CommitTarget target, Deadlines deadlines, Runnable meanwhile) {
    this.target = target;
    this.deadlines = deadlines;
    this.patience = new Patience(meanwhile);
    this.written = target.written();
    this.durable = target.durable();
  }

  /** The round that gathers; with the lock. */
  Round next() {
    return next;
  }

  /** {@return the position up to which all survives power loss; any thread} */
  long durable() {
    return durable;
  }

  /** Throws if nothing more can be appended because of a failure. With the lock. */
  void refuseIfPoisoned() throws DurabilityException {
    if (target.isBroken()) {
      poison.addUnlessOpen(brokenQueue);
    }
    poison.refuse();
  }

  /**
   * Adds a wait for all that was appended to the next round; with the lock, room reserved. If
   * nobody leads, it leads.
   *
   * @return whether there is anything to wait for
   */
  boolean join(Waiter.OfThread self, Goal goal) {
    long position = target.appended();
    if (position <= (goal == Goal.DURABLE ? durable : written)) {
      return false;
    }
    next.add(self.start(position, target.appendedId(), goal, virtualThreads.isCurrent()));
    if (lead.isFree()) {
      lead.take(self);
      self.lead();
    }
    return true;
  }

  /** Waits for the round that was joined, or leads it; without the lock. */
  void await(Waiter.OfThread joined) throws DurabilityException {
    if (joined.await(patience)) {
      if (!joined.isVirtual()) {
        gathering.await(waitingThreads);
      }
      lead(joined);
    }
    joined.finish();
  }

  /** Waits until something was taken out of the queue. With the lock, given up meanwhile. */
  @SuppressWarnings("WaitNotInLoop") // The caller asks again whether there is room.
  void awaitRoom(Waiter.OfThread self) throws DurabilityException {
    if (!lead.isFree()) {
      room.awaitUninterruptibly();
      return;
    }
    next.reserve();
    long position = target.appended();
    next.add(self.start(position, target.appendedId(), Goal.PLACED, virtualThreads.isCurrent()));
    lead.take(self);
    try {
      lock.unlock();
      lead(self);
    } finally {
      lock.lockForSure();
    }
    self.finish();
  }

  /** Gathers the threads that are about to come back, and leads the round if anyone wants one. */
  void leadIfWanted() {
    gathering.await(waitingThreads);
    if (isWanted()) {
      lead(logLeader);
    }
  }

  /** Whether anyone wants a round; if not, the lead is given up. */
  private boolean isWanted() {
    lock.lock();
    try {
      boolean wanted = !next.isEmpty() || next.isDemanded();
      if (!wanted) {
        room.signalAll();
        lead.giveUp();
      }
      return wanted;
    } finally {
      lock.unlock();
    }
  }

  /**
   * One round, by the thread that has the lead; the lead is passed on at its end. What is thrown
   * here leaves something undone, for {@link ErrorRecovery}.
   */
  private void lead(Leader self) {
    Throwable failure = null;
    try {
      lead.begin();
      long start = System.nanoTime();
      Round round = takeRound(self);
      target.write();
      if (round.wantsSync() && !poison.isThere()) {
        giveBackIfShort();
        target.sync();
      } else if (round.goal() == Goal.FLUSHED) {
        target.flush();
      }
      patience.roundTook(System.nanoTime() - start);
    } catch (Throwable e) {
      failure = e; // Given to everyone who waits: none of them may be left parked.
    }
    endRound(self, failure);
  }

  private Round takeRound(Leader self) throws DurabilityException {
    Round fresh = unused.getAndSet(null);
    if (fresh == null) {
      fresh = new Round();
    }
    lock.lock();
    try {
      markFailed = false;
      if (target.isBroken()) {
        throw brokenQueue;
      }
      Round taken = next;
      if (!poison.isThere()) {
        taken.taken(target.take(taken.wantsSync()));
      }
      self.round = taken;
      next = fresh;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Gives memory back before the sync if appenders would wait for it until after the sync. */
  private void giveBackIfShort() {
    lock.lock();
    try {
      if (target.isShort()) {
        target.giveBackWritten();
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Promises what is durable, by the log's own thread, which has the lead. */
  void mark() {
    Throwable failure = null;
    try {
      lead.begin();
      target.mark();
    } catch (OutcomeOpenException rolledBack) {
      // The promise is late, not lost: the next write carries it. Until there is one it is not
      // tried again: a full disk would be written, cut and synced without end.
      markFailed = true;
    } catch (Throwable e) {
      failure = e;
    }
    endRound(logLeader, failure);
  }

  /**
   * Ends a round, with all that its leader owes to others. Each of the steps can be repeated: it
   * leaves out what it did before.
   */
  void endRound(Leader self, @Nullable Throwable failure) {
    passOn(self, failure);
    wakeHeir(self);
    dependents.prepare(self);
    settle(self, failure);
    if (poison.isThere()) {
      settleStranded(self);
      poison.tell();
    }
  }

  private void passOn(Leader self, @Nullable Throwable failure) {
    lock.lockForSure();
    try {
      if (!lead.isHeldBy(self) || lead.hasEnded()) {
        return;
      }
      poison.addUnlessOpen(failure);
      self.placed = target.placed();
      self.written = written = target.written();
      self.durable = durable = target.durable();
      Leader successor = poison.isThere() ? null : continueAfter(self, failure);
      room.signalAll();
      if (successor == logLeader) {
        lead.offer(self);
      } else {
        lead.pass(self, (Waiter.OfThread) successor);
      }
    } finally {
      lock.unlockForSure();
    }
  }

  /** Gets ready for the next round; returns who leads it. With the lock. */
  private @Nullable Leader continueAfter(Leader self, @Nullable Throwable failure) {
    Round round = self.round;
    if (round != null) {
      target.giveBack();
    }
    schedule(
        round != null && round.triedToWrite() && round.goal() != Goal.PLACED,
        failure != null || (round != null && round.wantsSync()));
    if (round != null && round.hasFutures()) {
      lead.callbacksFollow(self);
    }
    Leader successor = nextLeader(round == null ? 0 : round.threadCount());
    boolean wasDemanded = round != null && round.isDemanded();
    if (successor == logLeader || next.hasFutures() || wasDemanded) {
      work.signal(); // The log's own thread may have demanded it; it looks again at what is due.
    }
    if (successor == null && !lead.logThreadCanLead()) {
      next.wakeAskers(); // One of them leads.
    }
    return successor;
  }

  /**
   * To the log's own thread if many wait or nobody else can; to the first that waits if it is the
   * only one, or virtual; else to nobody. With the lock.
   */
  private @Nullable Leader nextLeader(int served) {
    int waiting = next.threadCount();
    Waiter.OfThread first = next.firstThread();
    boolean gathers = gathering.isWorthwhile(served + waiting);
    boolean stays = lead.logThreadLeads() && (gathers || waiting > 0);
    boolean away = !lead.logThreadCanLead() || dependents.hasLeft();
    if (first != null && (first.isVirtual() || away || (waiting == 1 && !stays))) {
      return first;
    }
    return !away && (waiting > 0 || stays || next.isDemanded()) ? logLeader : null;
  }

  /** Sets what is to be done in the background; with the lock, at the end of a round. */
  private void schedule(boolean triedToWrite, boolean triedToSync) {
    long now = System.nanoTime();
    long appended = target.appended();
    deadlines.roundEnded(now, triedToWrite, triedToSync, written == appended, durable == appended);
    if (deadlines.markLater(now, !poison.isThere() && target.owesPromise() && !markFailed)) {
      work.signal();
    }
  }

  private static void wakeHeir(Leader self) {
    Waiter.OfThread heir = self.heir;
    if (heir != null) {
      self.heirThread = heir.thread();
      self.heir = null;
      heir.state = Waiter.OfThread.LEADS;
    }
    if (self.heirThread != null) {
      LockSupport.unpark(self.heirThread);
      self.heirThread = null;
    }
  }

  private void settle(Leader self, @Nullable Throwable failure) {
    Round round = self.round;
    if (round == null) {
      return;
    }
    if (round.isDemanded() && failure != null) {
      // Nobody waits. What failed meets the next caller: its entries are queued, or it is poisoned.
      Thrown.report(failure);
    }
    round.settle(self.placed, self.written, self.durable, failure, whyNot);
    if (dependents.settle(self, round)) {
      self.round = null;
      unused.lazySet(round);
    }
  }

  /** Once the writer is poisoned nobody leads and nobody joins any more: tells all who wait. */
  void settleStranded(Leader self) {
    lock.lockForSure();
    try {
      if (!lead.isFree() || next == never) {
        return; // The thread that leads does it.
      }
      takeLastWaiters(self, written);
    } finally {
      lock.unlock();
    }
    settle(self, null);
  }

  /** Ends all waits that are left, once nobody leads any more. */
  void settleLast(Leader last, Throwable why) {
    lock.lockForSure();
    try {
      if (next != never) {
        takeLastWaiters(last, durable);
      }
    } finally {
      lock.unlockForSure();
    }
    settle(last, why);
  }

  private void takeLastWaiters(Leader self, long written) {
    self.round = next;
    self.written = written;
    self.durable = durable;
    next = never;
  }

  /** Ends the writer for good, and all waits if nobody leads. */
  void poison(Throwable failure, Leader self) {
    lock.lockForSure();
    try {
      poison.addUnlessOpen(failure);
      room.signalAll();
    } finally {
      lock.unlock();
    }
    settleStranded(self);
    poison.tell();
  }

  private int waitingThreads() { // About: it is asked without the lock.
    return next.threadCount();
  }
}
