package dev.durability.wal;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
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
 * <p>{@code leading} is the right to use the appender. It is passed on under the lock, never held
 * with it.
 */
final class GroupCommit {
  private final DurabilityException noMemory =
      new DurabilityException(
          "there is no memory to tell what failed; close the writer and open the log again");

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition work = lock.newCondition();
  private final AppendQueue queue;
  private final SegmentAppender appender;
  private final Deadlines deadlines;
  private final Gathering gathering = new Gathering();
  private final Patience patience = new Patience();

  private final BiFunction<Waiter, @Nullable Throwable, DurabilityException> whyNot = this::whyNot;
  private final IntSupplier waitingThreads = this::waitingThreads;
  private final AtomicReference<@Nullable Round> unused = new AtomicReference<>();
  private final Round never = new Round();
  private Round next = new Round();
  private boolean leading;
  private boolean leadIsForBackground;
  private boolean backgroundLeads;
  private boolean backgroundIsAway;
  private boolean closed;
  private boolean stopped;
  private boolean markFailed;
  private long writtenId;
  private volatile long durableId;
  private volatile @Nullable Throwable poison;

  GroupCommit(WalOptions options, AppendQueue queue, SegmentAppender appender) {
    this.queue = queue;
    this.appender = appender;
    this.deadlines = new Deadlines(options);
    this.writtenId = appender.writtenId();
    this.durableId = appender.durableId();
  }

  /** The lock that guards the queue. Nobody writes or syncs while holding it. */
  ReentrantLock lock() {
    return lock;
  }

  /** The last entry that survives power loss. */
  long durableId() {
    return durableId;
  }

  /** Throws if nothing more can be appended. Any thread. */
  void refuseIfDone() throws DurabilityException {
    if (poison != null) {
      throw poisoned();
    }
    if (closed) {
      throw new DurabilityException("the writer is closed; open the log again");
    }
  }

  /** Whether nobody writes, and nobody is about to; with the lock. */
  boolean isIdle() {
    return !leading && next.isEmpty() && !next.isDemanded();
  }

  /**
   * Waits until something was taken out of the queue. With the lock, which is given up meanwhile.
   *
   * @param self what to wait with, not in use
   */
  @SuppressWarnings("WaitNotInLoop") // The caller asks again whether there is room.
  void awaitRoom(Waiter.OfThread self) throws DurabilityException {
    if (leading) {
      room.awaitUninterruptibly();
      return;
    }
    next.add(self.start(queue.nextId() - 1, false));
    leading = true;
    lock.unlock();
    try {
      lead();
    } finally {
      lock.lock();
    }
    self.finish();
  }

  /** Something was appended; with the lock. */
  void appended() {
    if (deadlines.startsWithAppend()) {
      deadlines.appended(System.nanoTime());
      work.signal();
    }
  }

  /**
   * Joins a round that makes all entries up to one written, or durable; with the lock.
   *
   * @param self what to wait with, not in use
   * @return what to {@link #await} without the lock, or null if it is so already
   */
  Waiter.@Nullable OfThread join(Waiter.OfThread self, long targetId, boolean sync) {
    if (targetId <= (sync ? durableId : writtenId)) {
      return null;
    }
    next.add(self.start(targetId, sync));
    if (!leading) {
      leading = true;
      self.lead();
    }
    return self;
  }

  /** Waits for what {@link #join} returned, or does the work; without the lock. */
  void await(Waiter.@Nullable OfThread joined) throws DurabilityException {
    if (joined == null) {
      return;
    }
    if (joined.await(patience)) {
      if (!joined.isVirtual()) {
        gathering.await(waitingThreads);
      }
      lead();
    }
    joined.finish();
  }

  /** Asks for an entry to become durable; with the lock. */
  Waiter.OfFuture commitLater(long id) {
    Waiter.OfFuture future = new Waiter.OfFuture(id);
    next.add(future);
    if (!leading) {
      work.signal();
    }
    return future;
  }

  /** One round, by the thread that has the lead; the lead is passed on at its end. */
  private void lead() {
    Round round = null;
    boolean syncs = false;
    Throwable failure = null;
    long start = System.nanoTime();
    try {
      round = takeRound();
      syncs = round.wantsSync() && poison == null;
      markFailed = false;
      write(round, syncs);
      if (syncs) {
        recycleIfShort(round);
        appender.sync();
      }
      patience.roundTook(System.nanoTime() - start);
    } catch (Throwable e) {
      failure = e; // Given to everyone who waits: none of them may be left parked.
    }
    endRound(round, syncs, failure);
  }

  private Round takeRound() {
    Round fresh = unused.getAndSet(null);
    if (fresh == null) {
      fresh = new Round();
    }
    lock.lock();
    try {
      Round taken = next;
      if (poison == null) {
        taken.take(queue, appender.nextSegmentIsReady());
      }
      next = fresh;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private void write(Round round, boolean syncs) throws IOException {
    for (Block block = round.nextBlock(); block != null; block = round.nextBlock()) {
      appender.write(block, syncs);
      round.blockWritten();
    }
  }

  /** Gives blocks back before the sync, where appenders would else wait for it. */
  private void recycleIfShort(Round round) {
    lock.lock();
    try {
      if (queue.isShort()) {
        round.giveBackWritten(queue);
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void endRound(@Nullable Round round, boolean triedToSync, @Nullable Throwable failure) {
    Waiter.OfThread nextLeader = null;
    long nowWritten = appender.writtenId();
    long nowDurable = appender.durableId();
    lock.lock();
    try {
      poisonUnlessOpen(failure);
      writtenId = nowWritten;
      durableId = nowDurable;
      boolean triedToWrite = round != null && round.triedToWrite();
      if (round != null) {
        round.giveBack(queue);
      }
      schedule(triedToWrite, triedToSync || failure != null);
      // What depends on futures may wait for anyone: who runs it must not owe others the next
      // round.
      backgroundIsAway |= backgroundLeads && round != null && round.hasFutures();
      nextLeader = passLead(round == null ? 0 : round.threadCount());
      if (round != null && round.isDemanded()) {
        work.signal(); // The log's own thread asked for it, and looks again at what is due.
      }
    } catch (Throwable e) {
      poisonUnlessOpen(e); // No memory to put the blocks back, for example.
      leading = false;
      leadIsForBackground = false;
    } finally {
      room.signalAll();
      lock.unlock();
    }
    if (nextLeader != null) {
      nextLeader.lead();
    }
    if (round != null) {
      if (round.isDemanded() && failure != null) {
        // Nobody waits. What failed meets the next caller: the entries are still in the queue, or
        // the writer is poisoned.
        Notices.report(failure);
      }
      round.settle(nowWritten, nowDurable, failure, whyNot);
      unused.lazySet(round);
    }
    if (poison != null) {
      settleStranded();
    }
  }

  /**
   * To the log's own thread where many wait or nobody else can, to the first that waits where it is
   * the only one or virtual, or to nobody. With the lock.
   *
   * @return the thread that leads next, or null
   */
  private Waiter.@Nullable OfThread passLead(int served) {
    leading = false;
    leadIsForBackground = false;
    if (poison != null) {
      return null;
    }
    int waiting = next.threadCount();
    Waiter.OfThread first = next.firstThread();
    boolean gathers = gathering.isWorthwhile(served + waiting);
    boolean stays = backgroundLeads && !backgroundIsAway && (gathers || waiting > 0);
    if (first != null && (first.isVirtual() || backgroundIsAway || (waiting == 1 && !stays))) {
      leading = true;
      return first;
    }
    leadIsForBackground = !backgroundIsAway && (waiting > 0 || stays || next.isDemanded());
    leading = leadIsForBackground;
    if (leading || next.hasFutures()) {
      work.signal();
    }
    return null;
  }

  private void poisonUnlessOpen(@Nullable Throwable failure) {
    if (failure != null && !(failure instanceof OutcomeOpenException) && poison == null) {
      poison = failure;
    }
  }

  /** Ends the writer for good because of something that failed outside of a round. Any thread. */
  void poison(Throwable failure) {
    boolean aloneNow;
    lock.lock();
    try {
      poisonUnlessOpen(failure);
      aloneNow = !leading; // Else the end of that round does the rest.
      room.signalAll();
    } finally {
      lock.unlock();
    }
    if (aloneNow) {
      settleStranded();
    }
  }

  /** Once the writer is poisoned nobody leads and nobody joins any more: tells all who wait. */
  private void settleStranded() {
    Round stranded;
    long written;
    lock.lock();
    try {
      stranded = next;
      next = never;
      written = writtenId;
    } finally {
      lock.unlock();
    }
    stranded.settle(written, durableId, null, whyNot);
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
      return noMemory;
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
    boolean allWritten = queue.isEmpty();
    boolean allDurable = allWritten && durableId == queue.nextId() - 1;
    deadlines.roundEnded(now, triedToWrite, triedToSync, allWritten, allDurable);
    if (deadlines.markLater(now, poison == null && appender.owesPromise() && !markFailed)) {
      work.signal();
    }
  }

  /** What the log's own thread does: leads, serves futures, and whatever is due by the clock. */
  void runInBackground() {
    lock.lock();
    try {
      while (!stopped) {
        if (leadIsForBackground || (!leading && poison == null && isForBackground(next))) {
          leadInBackground();
          continue;
        }
        long now = System.nanoTime();
        if (poison == null && deadlines.commitIsDue(now) && !next.isDemanded()) {
          next.demand(deadlines.syncIsDue(now)); // Also of others, who may lead without end.
        } else if (poison == null && !leading && deadlines.markIsDue(now)) {
          markInBackground();
        } else {
          awaitWork(now);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether someone wants the round who cannot lead it. */
  private static boolean isForBackground(Round round) {
    return round.hasFutures() || round.isDemanded();
  }

  private void leadInBackground() {
    leadIsForBackground = false;
    leading = true;
    backgroundLeads = true;
    lock.unlock();
    try {
      gathering.await(waitingThreads);
      if (isWanted()) {
        lead();
      }
    } finally {
      lock.lock();
      backgroundLeads = false;
      backgroundIsAway = false;
    }
  }

  /** Whether anyone wants a round; if not, the lead is given up. */
  private boolean isWanted() {
    lock.lock();
    try {
      leading = !next.isEmpty() || next.isDemanded();
      if (!leading) {
        room.signalAll();
      }
      return leading;
    } finally {
      lock.unlock();
    }
  }

  /** About how many: it is asked without the lock. */
  private int waitingThreads() {
    return next.threadCount();
  }

  private void markInBackground() {
    leading = true;
    lock.unlock();
    try {
      mark();
    } finally {
      lock.lock();
    }
  }

  private void mark() {
    Throwable failure = null;
    try {
      appender.mark();
    } catch (OutcomeOpenException rolledBack) {
      // The promise is late, not lost: the head of the next block carries it. Until there is one
      // it is not tried again: a full disk would be written, cut and synced without end.
      markFailed = true;
    } catch (Throwable e) {
      failure = e;
    }
    endRound(null, false, failure);
  }

  @SuppressWarnings("WaitNotInLoop") // The caller looks again at what is to be done.
  private void awaitWork(long now) {
    long due = deadlines.next(now, leading);
    if (due == Deadlines.NEVER || poison != null || next.isDemanded()) {
      work.awaitUninterruptibly();
      return;
    }
    try {
      long unusedTime = work.awaitNanos(due - now);
    } catch (InterruptedException e) {
      // The thread is the log's own; whoever interrupts it does not end the log.
      Thread.interrupted();
    }
  }

  /**
   * Ends all work: commits what was appended, and runs the last step with the lead. Later calls do
   * nothing.
   */
  void close(LastStep finish, LastStep abandon) throws IOException {
    Waiter.OfThread last;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      last = poison == null ? join(new Waiter.OfThread(), queue.nextId() - 1, true) : null;
    } finally {
      lock.unlock();
    }
    IOException failure = null;
    try {
      await(last);
    } catch (DurabilityException e) {
      failure = e;
    }
    lock.lock();
    try {
      while (leading) {
        room.awaitUninterruptibly();
      }
      leading = true;
      stopped = true;
      work.signalAll();
      if (failure == null && poison != null && durableId < queue.nextId() - 1) {
        failure = poisoned();
      }
    } finally {
      lock.unlock();
    }
    runLast(failure == null && poison == null ? finish : abandon, failure);
  }

  private void runLast(LastStep step, @Nullable IOException earlier) throws IOException {
    Round left;
    try {
      step.run();
    } catch (IOException e) {
      if (earlier == null) {
        throw e;
      }
      earlier.addSuppressed(e);
    } finally {
      lock.lock();
      try {
        left = next;
        next = never;
      } finally {
        lock.unlock();
      }
      left.settle(
          durableId,
          durableId,
          earlier == null ? new IOException("the writer was closed") : earlier,
          whyNot);
    }
    if (earlier != null) {
      throw earlier;
    }
  }

  /** What is done with the files at the very end. */
  @FunctionalInterface
  interface LastStep {
    void run() throws IOException;
  }
}
