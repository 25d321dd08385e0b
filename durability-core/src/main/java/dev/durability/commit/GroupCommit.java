package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.threads.StackRoom;
import dev.durability.threads.Thrown;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes and syncs in rounds. Whoever leads a round takes all that was appended, writes it, syncs
 * it if anyone wants that, passes the lead on, and only then wakes those that were served, so that
 * the disk never idles. Whoever comes during a round is served by the next. A round is delayed only
 * for threads that the one before served, which {@link Gathering} bounds.
 *
 * <p>A thread that finds nobody leading leads at once; at the end it passes the lead to the one
 * that waits. Where more wait, the log's own thread leads from then on, as long as anyone waits:
 * its next round starts without waking anyone first. Virtual threads always lead themselves: they
 * are woken cheaply, and hand the disk over without a switch between threads of the system.
 *
 * <p>{@code leader} is who has the right to use the target. It is passed on under the lock, never
 * used with it.
 *
 * <p><b>Errors.</b> A StackOverflowError or OutOfMemoryError may come at any call. What must not be
 * left out then (passing the lead on, telling those who wait) is in steps that can be done again,
 * and whoever is hit does them again further up, where there is more stack: {@link #brokenOff}. A
 * writer that was hit in the middle of something is poisoned.
 */
public final class GroupCommit {
  private static final int OTHER_ERRORS_MAX = 3;

  private final WriterPoisonedException poisonedWithoutMemory =
      new WriterPoisonedException(
          "the writer failed before and refuses to go on, and there is no memory to tell why; close"
              + " it and open the log again");

  private final OutcomeOpenException openWithoutMemory =
      new OutcomeOpenException(
          "some entries are not durable, and there is no memory to tell which; they stay in memory"
              + " and are written first: make room, then sync again",
          new IOException("there was no memory to keep what failed"));

  private final IOException writerClosed = new IOException("the writer was closed");
  private final DurabilityException brokenQueue =
      new DurabilityException("an Error ended an append in the middle");

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition work = lock.newCondition();
  private final CommitTarget target;
  private final Deadlines deadlines;
  private final Gathering gathering = new Gathering();
  private final Patience patience;
  private final VirtualThreads virtualThreads = new VirtualThreads();

  private final BiFunction<Waiter, @Nullable Throwable, DurabilityException> whyNot = this::whyNot;
  private final IntSupplier waitingThreads = this::waitingThreads;
  private final AtomicReference<@Nullable Round> unused = new AtomicReference<>();
  private final Round never = new Round();
  private Round next = new Round();
  private final Leader background = new Leader();
  private final Waiter.OfThread closer = new Waiter.OfThread();
  private @Nullable Leader leader;

  /** The thread that leads: assigned by itself, and only for itself to ask. */
  private @Nullable Thread leading;

  /** The log's own thread. */
  private volatile @Nullable Thread backgroundThread;

  private @Nullable Leader left;
  private boolean leadIsForBackground;
  private boolean backgroundLeads;
  private boolean backgroundIsAway;
  private boolean closed;
  private boolean stopped;
  private boolean ended;
  private boolean markFailed;
  private long writtenId;
  private volatile long durableId;
  private volatile @Nullable Throwable poison;

  /**
   * Begins with nobody who leads and nobody who waits.
   *
   * @param target what is committed
   * @param syncIntervalNanos how long an entry may stay out of what is durable, 0 for ever
   * @param flushIntervalNanos how long an entry may stay out of the files, 0 for ever
   * @param meanwhile a small piece of work that a thread looks for while it spins
   */
  public GroupCommit(
      CommitTarget target, long syncIntervalNanos, long flushIntervalNanos, Runnable meanwhile) {
    this.target = target;
    this.patience = new Patience(meanwhile);
    this.deadlines = new Deadlines(syncIntervalNanos, flushIntervalNanos, System.nanoTime());
    this.writtenId = target.writtenId();
    this.durableId = target.durableId();
  }

  /** The lock that guards the queue. Nobody writes or syncs while holding it. */
  public ReentrantLock lock() {
    return lock;
  }

  /** The last entry that survives power loss. */
  public long durableId() {
    return durableId;
  }

  /** What poisoned the writer, or null. */
  public @Nullable Throwable poison() {
    return poison;
  }

  /** Whether this thread has the lead: it must not wait for a round, which is its own. */
  public boolean isLeading() {
    return leading == Thread.currentThread();
  }

  /** Throws if nothing more can be appended. With the lock. */
  public void refuseIfDone() throws DurabilityException {
    if (target.isBroken()) {
      poisonUnlessOpen(brokenQueue);
    }
    if (poison != null) {
      throw poisoned();
    }
    if (closed) {
      throw new DurabilityException("the writer is closed; open the log again");
    }
  }

  /** Whether nobody writes, and nobody is about to; with the lock. */
  public boolean isIdle() {
    return leader == null && next.isEmpty() && !next.isDemanded();
  }

  /**
   * Waits until something was taken out of the queue. With the lock, which is given up meanwhile.
   *
   * @param self what to wait with, not in use
   */
  @SuppressWarnings("WaitNotInLoop") // The caller asks again whether there is room.
  public void awaitRoom(Waiter.OfThread self) throws DurabilityException {
    if (leader != null) {
      room.awaitUninterruptibly();
      return;
    }
    next.reserve();
    next.add(self.start(target.appendedId(), false, virtualThreads.isCurrent()));
    leader = self;
    try {
      lock.unlock();
      lead(self);
    } finally {
      lockForSure();
    }
    self.finish();
  }

  /** Something is about to be appended, which others may have to be told of; with the lock. */
  public void prepare() {
    next.reserve();
    if (deadlines.startsWithAppend()) {
      deadlines.appended(System.nanoTime());
      work.signal();
    }
  }

  /**
   * Joins a round that makes all entries up to one written, or durable; with the lock, {@link
   * #prepare prepared}.
   *
   * @param self what to wait with, not in use
   * @return what to {@link #await} without the lock, or null if it is so already
   */
  public Waiter.@Nullable OfThread join(Waiter.OfThread self, long targetId, boolean sync) {
    if (targetId <= (sync ? durableId : writtenId)) {
      return null;
    }
    next.add(self.start(targetId, sync, virtualThreads.isCurrent()));
    if (leader == null) {
      leader = self;
      self.lead();
    }
    return self;
  }

  /** Waits for what {@link #join} returned, or does the work; without the lock. */
  public void await(Waiter.@Nullable OfThread joined) throws DurabilityException {
    if (joined == null) {
      return;
    }
    if (joined.await(patience)) {
      if (!joined.isVirtual()) {
        gathering.await(waitingThreads);
      }
      lead(joined);
    }
    joined.finish();
  }

  /** Asks for an entry to become durable; with the lock, {@link #prepare prepared}. */
  public void commitLater(FutureWaiter future) {
    next.add(future);
    if (leader == null) {
      work.signal();
    }
  }

  /**
   * Somebody is about to wait for a future. Where the thread that would settle it may be this very
   * one, in what depends on another future, it is settled here, and a round is led for it.
   *
   * @throws IllegalStateException if the thread leads: what it waits for comes after what it is in
   */
  public void help(FutureWaiter future) {
    long unused = StackRoom.proveForCallbacks();
    if (settleIfKnown(future)) {
      return;
    }
    if (lock.isHeldByCurrentThread() || isLeading()) {
      throw new IllegalStateException(
          "waits for an entry from within a callback of this log, an observer for example, which"
              + " the log waits for: return first");
    }
    if (Thread.currentThread() == backgroundThread) {
      try {
        commitNow(future.targetId());
      } catch (DurabilityException e) {
        // The future tells it.
      }
      boolean unusedOutcome = settleIfKnown(future);
    }
  }

  private boolean settleIfKnown(FutureWaiter future) {
    if (!future.isDone()) {
      DurabilityException failed = future.failure();
      if (future.targetId() <= durableId) {
        future.settle(null);
      } else if (failed != null || poison != null) {
        future.settle(failed != null ? failed : poisoned());
      }
    }
    return future.isDone();
  }

  private void commitNow(long targetId) throws DurabilityException {
    Waiter.OfThread waiter = new Waiter.OfThread();
    try {
      Waiter.OfThread joined;
      lock.lock();
      try {
        refuseIfDone();
        next.reserve();
        joined = join(waiter, targetId, true);
      } finally {
        lock.unlock();
      }
      await(joined);
    } catch (RuntimeException | Error e) {
      brokenOff(waiter, false, e);
      throw e;
    }
  }

  /**
   * One round, by who has the lead; the lead is passed on at its end. What is thrown here leaves
   * something undone, for {@link #brokenOff}.
   */
  private void lead(Leader self) {
    Throwable failure = null;
    try {
      leading = Thread.currentThread();
      long start = System.nanoTime();
      Round round = takeRound(self);
      target.write(round.wantsSync());
      if (round.wantsSync() && poison == null) {
        recycleIfShort();
        target.sync();
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
      if (poison == null) {
        taken.taken(target.take(taken.wantsSync()));
      }
      self.round = taken;
      next = fresh;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Gives blocks back before the sync, where appenders would else wait for it. */
  private void recycleIfShort() {
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

  /**
   * Ends a round, with all that its leader owes to others. Each of the steps can be done again:
   * what it did before, it leaves out.
   */
  private void endRound(Leader self, @Nullable Throwable failure) {
    passOn(self, failure);
    wakeHeir(self);
    settle(self, failure);
    if (poison != null) {
      settleStranded(self);
    }
  }

  private void passOn(Leader self, @Nullable Throwable failure) {
    lockForSure();
    try {
      if (leader != self) {
        return;
      }
      poisonUnlessOpen(failure);
      self.writtenId = writtenId = target.writtenId();
      self.durableId = durableId = target.durableId();
      Leader successor = poison == null ? continueAfter(self, failure) : null;
      room.signalAll();
      // Nothing is called from here on: either the lead is still this one's, or it is passed on.
      self.heir = successor instanceof Waiter.OfThread thread ? thread : null;
      leadIsForBackground = successor == background;
      leading = null;
      leader = successor;
    } finally {
      unlockForSure();
    }
  }

  /** Gets ready for the next round; returns who leads it. With the lock. */
  private @Nullable Leader continueAfter(Leader self, @Nullable Throwable failure) {
    Round round = self.round;
    if (round != null) {
      target.giveBack();
    }
    schedule(
        round != null && round.triedToWrite(),
        failure != null || (round != null && round.wantsSync()));
    // What depends on futures may wait for anyone: who runs it must not owe others the next
    // round.
    backgroundIsAway |= backgroundLeads && round != null && round.hasFutures();
    Leader successor = nextLeader(round == null ? 0 : round.threadCount());
    boolean wasDemanded = round != null && round.isDemanded();
    if (successor == background || next.hasFutures() || wasDemanded) {
      work.signal(); // Who demanded is the log's own thread; it looks again at what is due.
    }
    return successor;
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
      // Nobody waits. What failed meets the next caller: the entries are still in the queue, or
      // the writer is poisoned.
      Thrown.report(failure);
    }
    if (round.hasFutures()) {
      long unusedLevels = StackRoom.proveForCallbacks(); // Else the log's own thread does it.
    }
    round.settle(self.writtenId, self.durableId, failure, whyNot);
    self.round = null;
    unused.lazySet(round);
  }

  /**
   * To the log's own thread where many wait or nobody else can, to the first that waits where it is
   * the only one or virtual, or to nobody. With the lock.
   */
  private @Nullable Leader nextLeader(int served) {
    int waiting = next.threadCount();
    Waiter.OfThread first = next.firstThread();
    boolean gathers = gathering.isWorthwhile(served + waiting);
    boolean stays = backgroundLeads && !backgroundIsAway && (gathers || waiting > 0);
    if (first != null && (first.isVirtual() || backgroundIsAway || (waiting == 1 && !stays))) {
      return first;
    }
    return !backgroundIsAway && (waiting > 0 || stays || next.isDemanded()) ? background : null;
  }

  private void poisonUnlessOpen(@Nullable Throwable failure) {
    if (failure != null && !(failure instanceof OutcomeOpenException) && poison == null) {
      poison = failure;
    }
  }

  /** Ends the writer for good because of something that failed outside of a round. Any thread. */
  public void poison(Throwable failure) {
    lockForSure();
    try {
      poisonUnlessOpen(failure);
      room.signalAll();
    } finally {
      lock.unlock();
    }
    settleStranded(new Leader());
  }

  /**
   * Puts in order what an Error broke off, whatever it was: nobody is left waiting, and where
   * anything had happened, the writer is poisoned. Called as far up as can be, without the lock or
   * with what the Error left of it.
   *
   * @param self what the thread that was hit led with, or waited with, or would have
   * @param happened whether the call had an effect already
   */
  public void brokenOff(Leader self, boolean happened, Throwable error) {
    boolean waits = self instanceof Waiter.OfThread thread && thread.joined;
    lockForSure();
    try {
      if (happened || waits || leader == self || self.round != null || target.isBroken()) {
        poisonUnlessOpen(error);
      }
      room.signalAll();
    } finally {
      unlockForSure();
    }
    try {
      endRound(self, error);
    } catch (Throwable again) {
      leaveToBackground(self);
    }
    if (waits && self instanceof Waiter.OfThread thread) {
      thread.finishBrokenOff();
    }
  }

  /** The log's own thread has stack enough, and tries again where there is no memory. */
  private void leaveToBackground(Leader self) {
    lockForSure();
    try {
      self.nextLeft = left;
      left = self;
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the lock if this thread does not hold it. To wait for it takes memory, and stack: who
   * runs out of it in the queue of those who wait would be woken for ever, and the others never.
   */
  @SuppressWarnings("ThreadPriorityCheck") // A hint: the lock is never held for long.
  private void lockForSure() {
    try {
      if (!lock.isHeldByCurrentThread()) {
        long unusedLevels = StackRoom.prove();
        lock.lock();
      }
    } catch (Throwable noMemory) {
      while (!lock.isHeldByCurrentThread() && !lock.tryLock()) {
        Thread.yield();
      }
    }
  }

  /** Gives the lock up, also where an Error kept this thread from that before. */
  private void unlockForSure() {
    while (lock.isHeldByCurrentThread()) {
      lock.unlock();
    }
  }

  /** Gives up what an Error left held by this thread, through the calls that it made. */
  public void unlockDownTo(int holds) {
    while (lock.getHoldCount() > holds) {
      lock.unlock();
    }
  }

  /** Once the writer is poisoned nobody leads and nobody joins any more: tells all who wait. */
  private void settleStranded(Leader self) {
    lockForSure();
    try {
      if (leader != null || next == never) {
        return; // Who leads does it.
      }
      self.round = next;
      self.writtenId = writtenId;
      self.durableId = durableId;
      next = never;
    } finally {
      lock.unlock();
    }
    settle(self, null);
  }

  /** Tells what failed, also where there is no memory to say it. */
  private DurabilityException whyNot(Waiter waiter, @Nullable Throwable failure) {
    try {
      if (poison != null) {
        return poisoned();
      }
      return new OutcomeOpenException(
          "entries up to "
              + waiter.targetId()
              + " are not durable, and whether they will be is open; they stay in memory and are"
              + " written first: make room, then sync again",
          Objects.requireNonNull(failure));
    } catch (Throwable e) {
      return poison == null ? openWithoutMemory : poisonedWithoutMemory;
    }
  }

  private WriterPoisonedException poisoned() {
    Throwable first = Objects.requireNonNull(poison);
    if (first instanceof WriterPoisonedException) {
      return new WriterPoisonedException(
          Objects.requireNonNullElse(first.getMessage(), ""), first.getCause());
    }
    return new WriterPoisonedException(
        "the writer failed before and refuses to go on: "
            + first.getMessage()
            + ". Close it and open the log again",
        first);
  }

  /** Sets what is to be done in the background; with the lock, at the end of a round. */
  private void schedule(boolean triedToWrite, boolean triedToSync) {
    long now = System.nanoTime();
    boolean allWritten = target.isEmpty();
    boolean allDurable = allWritten && durableId == target.appendedId();
    deadlines.roundEnded(now, triedToWrite, triedToSync, allWritten, allDurable);
    if (deadlines.markLater(now, poison == null && target.owesPromise() && !markFailed)) {
      work.signal();
    }
  }

  /**
   * What the log's own thread does: leads, serves futures, and whatever is due by the clock. It
   * ends with the writer; others rely on it. A lack of stack or memory does not end it, nor do a
   * few Errors of another kind.
   */
  @SuppressWarnings("ThreadPriorityCheck") // A hint: memory may be there again in a moment.
  public void runInBackground() {
    Throwable error = null;
    int others = 0;
    for (boolean ended = false; !ended; ) {
      try {
        if (error != null) {
          Thread.yield();
          brokenOff(background, false, error);
          error = null;
        }
        backgroundThread = Thread.currentThread();
        serve();
        ended = true;
      } catch (VirtualMachineError e) {
        error = e;
      } catch (RuntimeException | Error e) {
        error = e;
        if (++others > OTHER_ERRORS_MAX) {
          throw e;
        }
      }
    }
  }

  private void serve() {
    lock.lock();
    try {
      while (!stopped || left != null) {
        if (left != null) {
          endLeft(left);
        } else if (leadIsForBackground
            || (leader == null && poison == null && isForBackground(next))) {
          leadInBackground();
        } else {
          doWhatIsDue(System.nanoTime());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void doWhatIsDue(long now) {
    if (poison == null && deadlines.commitIsDue(now) && !next.isDemanded()) {
      next.demand(deadlines.syncIsDue(now)); // Also of others, who may lead without end.
    } else if (poison == null && leader == null && deadlines.markIsDue(now)) {
      markInBackground();
    } else {
      awaitWork(now);
    }
  }

  private void endLeft(Leader other) {
    try {
      lock.unlock();
      endRound(other, poison);
    } finally {
      lockForSure();
    }
    left = other.nextLeft;
  }

  /** Whether someone wants the round who cannot lead it. */
  private static boolean isForBackground(Round round) {
    return round.hasFutures() || round.isDemanded();
  }

  private void leadInBackground() {
    leadIsForBackground = false;
    leader = background;
    backgroundLeads = true;
    try {
      lock.unlock();
      gathering.await(waitingThreads);
      if (isWanted()) {
        lead(background);
      }
    } finally {
      lockForSure();
      backgroundLeads = false;
      backgroundIsAway = false;
    }
  }

  /** Whether anyone wants a round; if not, the lead is given up. */
  private boolean isWanted() {
    lock.lock();
    try {
      boolean wanted = !next.isEmpty() || next.isDemanded();
      if (!wanted) {
        room.signalAll();
        leader = null;
      }
      return wanted;
    } finally {
      lock.unlock();
    }
  }

  /** About how many: it is asked without the lock. */
  private int waitingThreads() {
    return next.threadCount();
  }

  private void markInBackground() {
    leader = background;
    try {
      lock.unlock();
      mark();
    } finally {
      lockForSure();
    }
  }

  private void mark() {
    Throwable failure = null;
    try {
      leading = Thread.currentThread();
      target.mark();
    } catch (OutcomeOpenException rolledBack) {
      // The promise is late, not lost: the head of the next block carries it. Until there is one
      // it is not tried again: a full disk would be written, cut and synced without end.
      markFailed = true;
    } catch (Throwable e) {
      failure = e;
    }
    endRound(background, failure);
  }

  @SuppressWarnings("WaitNotInLoop") // The caller looks again at what is to be done.
  private void awaitWork(long now) {
    long wait = deadlines.nanosToNext(now, leader != null);
    if (wait == Deadlines.NEVER || poison != null || next.isDemanded()) {
      work.awaitUninterruptibly();
      return;
    }
    try {
      long unusedTime = work.awaitNanos(wait);
    } catch (InterruptedException e) {
      // The thread is the log's own; whoever interrupts it does not end the log.
      Thread.interrupted();
    }
  }

  /**
   * Ends all work: commits what was appended, and runs the last step with the lead, or the other
   * one if anything failed. Nothing is left to do if this was called before, unless an Error hit
   * that call before it could begin.
   */
  public void close(LastStep finish, LastStep abandon) throws IOException {
    if (ended) {
      return;
    }
    Throwable failure;
    try {
      failure = end(finish, abandon);
    } catch (Throwable error) {
      failure = error;
      brokenOff(closer, false, error);
      takeLeadForGood();
      Throwable unused = run(abandon, error);
      settleLast(error);
    }
    ended = true;
    leading = null;
    Thrown.rethrow(failure);
  }

  /** Returns what failed, or null. */
  private @Nullable Throwable end(LastStep finish, LastStep abandon) {
    Throwable failure = commitLast();
    takeLeadForGood();
    if (failure == null && poison != null && durableId < target.appendedId()) {
      failure = poisoned();
    }
    failure = run(failure == null && poison == null ? finish : abandon, failure);
    settleLast(failure == null ? writerClosed : failure);
    return failure;
  }

  /** Refuses appends, and commits what was appended before; returns what failed, or null. */
  private @Nullable Throwable commitLast() {
    try {
      Waiter.OfThread joined = null;
      lock.lock();
      try {
        closed = true;
        if (poison == null) {
          next.reserve();
          joined = join(closer, target.appendedId(), true);
        }
      } finally {
        lock.unlock();
      }
      await(joined);
      return null;
    } catch (DurabilityException e) {
      return e;
    }
  }

  /** Waits until nobody leads, and lets nobody lead again. */
  @SuppressWarnings("ThreadPriorityCheck") // A hint, where there is no memory to wait properly.
  private void takeLeadForGood() {
    lockForSure();
    try {
      closed = true;
      while (leader != null && leader != closer) {
        try {
          room.awaitUninterruptibly();
        } catch (Throwable noMemory) {
          unlockForSure();
          Thread.yield();
          lockForSure();
        }
      }
      leader = closer;
      leading = Thread.currentThread();
      stopped = true;
      work.signalAll();
    } finally {
      unlockForSure();
    }
  }

  private static @Nullable Throwable run(LastStep step, @Nullable Throwable earlier) {
    try {
      step.run();
      return earlier;
    } catch (Throwable e) {
      if (earlier == null) {
        return e;
      }
      earlier.addSuppressed(e);
      return earlier;
    }
  }

  /** Ends all waits that are left. */
  private void settleLast(Throwable why) {
    lockForSure();
    try {
      if (next != never) {
        closer.round = next;
        closer.writtenId = durableId;
        closer.durableId = durableId;
        next = never;
      }
    } finally {
      unlockForSure();
    }
    settle(closer, why);
  }

  /** What is done with the files at the very end. */
  @FunctionalInterface
  public interface LastStep {
    void run() throws IOException;
  }
}
