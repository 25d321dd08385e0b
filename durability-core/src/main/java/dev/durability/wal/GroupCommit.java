package dev.durability.wal;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes and syncs in rounds. The first that waits for a round leads it: it takes all that was
 * appended, writes it, syncs it if anyone wants that, names the leader of the next round, and only
 * then wakes those that it served, so that the disk never idles. Whoever comes during a round is
 * served by the next; there is no timer and no delay.
 *
 * <p>{@code leading} is the right to use the appender. It is passed on under the lock, never held
 * with it.
 */
final class GroupCommit {
  /** How long a promise may stay out of the log while nothing else is written. */
  private static final long MARK_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final long NEVER = Long.MAX_VALUE;

  private final DurabilityException noMemory =
      new DurabilityException(
          "there is no memory to tell what failed; close the writer and open the log again");

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition work = lock.newCondition();
  private final AppendQueue queue;
  private final SegmentAppender appender;
  private final long syncIntervalNanos;
  private final long flushIntervalNanos;

  private final ArrayDeque<Waiter.OfThread> threads = new ArrayDeque<>();
  private final ArrayDeque<Waiter.OfFuture> futures = new ArrayDeque<>();
  private boolean leading;
  private boolean closed;
  private boolean stopped;
  private boolean markFailed;
  private long markDue = NEVER;
  private long syncDue = NEVER;
  private long flushDue = NEVER;
  private long writtenId;
  private volatile long durableId;
  private volatile @Nullable Throwable poison;

  GroupCommit(WalOptions options, AppendQueue queue, SegmentAppender appender) {
    this.queue = queue;
    this.appender = appender;
    this.syncIntervalNanos = options.syncInterval() == null ? 0 : options.syncInterval().toNanos();
    this.flushIntervalNanos = options.flushPolicy().intervalNanos();
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

  /**
   * Waits until something was taken out of the queue. With the lock, which is given up meanwhile.
   */
  @SuppressWarnings("WaitNotInLoop") // The caller asks again whether there is room.
  void awaitRoom() throws DurabilityException {
    if (leading) {
      room.awaitUninterruptibly();
      return;
    }
    Waiter.OfThread self = new Waiter.OfThread(queue.nextId() - 1, false);
    threads.add(self);
    leadWithoutLock(this::lead);
    self.throwFailure();
  }

  /** Something was appended; with the lock. */
  void appended() {
    if (syncIntervalNanos > 0 && syncDue == NEVER) {
      syncDue = System.nanoTime() + syncIntervalNanos;
      work.signal();
    }
    if (flushIntervalNanos > 0 && flushDue == NEVER) {
      flushDue = System.nanoTime() + flushIntervalNanos;
      work.signal();
    }
  }

  /**
   * Joins a round that makes all entries up to one written, or durable; with the lock.
   *
   * @return what to {@link #await} without the lock, or null if it is so already
   */
  Waiter.@Nullable OfThread join(long targetId, boolean sync) {
    if (targetId <= (sync ? durableId : writtenId)) {
      return null;
    }
    Waiter.OfThread self = new Waiter.OfThread(targetId, sync);
    threads.add(self);
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
    if (joined.await()) {
      lead();
    }
    joined.throwFailure();
  }

  /** Asks for an entry to become durable; with the lock. */
  Waiter.OfFuture commitLater(long id) {
    Waiter.OfFuture future = new Waiter.OfFuture(id);
    futures.add(future);
    if (!leading) {
      work.signal();
    }
    return future;
  }

  /** One round, by the thread that has the lead; the lead is passed on at its end. */
  private void lead() {
    List<Block> blocks = List.of();
    List<Waiter> served = List.of();
    boolean sync = false;
    int written = 0;
    Throwable failure = null;
    try {
      lock.lock();
      try {
        blocks = poison == null ? queue.take() : blocks;
        served = takeWaiters();
        sync = poison == null && served.stream().anyMatch(Waiter::wantsSync);
      } finally {
        lock.unlock();
      }
      markFailed = false;
      for (Block block : blocks) {
        appender.write(block);
        written++;
      }
      if (sync) {
        appender.sync();
      }
    } catch (Throwable e) {
      failure = e; // Given to everyone who waits: none of them may be left parked.
    }
    endRound(blocks, written, sync, served, failure);
  }

  private List<Waiter> takeWaiters() {
    List<Waiter> taken = new ArrayList<>(threads.size() + futures.size());
    taken.addAll(threads);
    taken.addAll(futures);
    threads.clear();
    futures.clear();
    return taken;
  }

  private void endRound(
      List<Block> blocks,
      int written,
      boolean sync,
      List<Waiter> served,
      @Nullable Throwable failure) {
    Waiter.OfThread next = null;
    long nowWritten = appender.writtenId();
    long nowDurable = appender.durableId();
    lock.lock();
    try {
      poisonUnlessOpen(failure);
      writtenId = nowWritten;
      durableId = nowDurable;
      blocks.subList(0, written).forEach(queue::recycle);
      queue.putBack(blocks.subList(written, blocks.size()));
      schedule(!blocks.isEmpty(), sync || failure != null);
      next = passLead();
    } catch (Throwable e) {
      poisonUnlessOpen(e); // No memory to put the blocks back, for example.
      leading = false;
    } finally {
      room.signalAll();
      lock.unlock();
    }
    if (next != null) {
      next.lead();
    }
    for (Waiter waiter : served) {
      settle(waiter, nowWritten, nowDurable, failure);
    }
    if (poison != null) {
      settleStranded();
    }
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

  /** Once the writer is poisoned nobody leads any more: tells all who wait, one by one. */
  private void settleStranded() {
    while (true) {
      Waiter waiter;
      long written;
      lock.lock();
      try {
        waiter = threads.isEmpty() ? futures.poll() : threads.poll();
        written = writtenId;
      } finally {
        lock.unlock();
      }
      if (waiter == null) {
        return;
      }
      settle(waiter, written, durableId, null);
    }
  }

  /** Ends a wait, also where there is no memory to say why it failed. */
  private void settle(
      Waiter waiter, long nowWritten, long nowDurable, @Nullable Throwable failure) {
    DurabilityException outcome;
    try {
      outcome = outcome(waiter, nowWritten, nowDurable, failure);
    } catch (Throwable e) {
      outcome = noMemory;
    }
    waiter.settle(outcome);
  }

  private Waiter.@Nullable OfThread passLead() {
    Waiter.OfThread next = poison == null ? threads.peek() : null;
    leading = next != null;
    if (!leading && !futures.isEmpty()) {
      work.signal();
    }
    return next;
  }

  private @Nullable DurabilityException outcome(
      Waiter waiter, long nowWritten, long nowDurable, @Nullable Throwable failure) {
    if (waiter.targetId() <= (waiter.wantsSync() ? nowDurable : nowWritten)) {
      return null;
    }
    if (poison != null) {
      return poisoned();
    }
    Throwable cause = Objects.requireNonNull(failure);
    return new OutcomeOpenException(
        "entries up to "
            + waiter.targetId()
            + " are not durable, and whether they will be is open; they stay in memory and are"
            + " written first: make room, then sync again",
        cause);
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
    boolean waitsForMark = markDue != NEVER;
    boolean marks = poison == null && appender.owesPromise() && !markFailed;
    markDue = marks ? now + MARK_DELAY_NANOS : NEVER;
    boolean allWritten = queue.isEmpty();
    boolean allDurable = allWritten && durableId == queue.nextId() - 1;
    if (allDurable) {
      syncDue = NEVER;
    } else if (triedToSync && syncDue != NEVER) {
      syncDue = now + syncIntervalNanos;
    }
    if (allWritten) {
      flushDue = NEVER;
    } else if (triedToWrite && flushDue != NEVER) {
      flushDue = now + flushIntervalNanos;
    }
    if (marks && !waitsForMark) {
      work.signal();
    }
  }

  /** What the log's own thread does: serves futures, and whatever is due by the clock. */
  @SuppressWarnings("WaitNotInLoop") // The loop is this method.
  void runInBackground() {
    lock.lock();
    try {
      while (!stopped) {
        long now = System.nanoTime();
        if (poison != null) {
          work.awaitUninterruptibly();
        } else if (!leading && !futures.isEmpty()) {
          leadWithoutLock(this::lead);
        } else if (Math.min(syncDue, flushDue) <= now) {
          commitQuietly(syncDue <= now); // Also behind others: they may lead without a pause.
        } else if (!leading && markDue <= now) {
          leadWithoutLock(this::mark);
        } else {
          awaitWork(now);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void leadWithoutLock(Runnable round) {
    leading = true;
    lock.unlock();
    try {
      round.run();
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
    endRound(List.of(), 0, false, new ArrayList<>(), failure);
  }

  private void commitQuietly(boolean sync) {
    Waiter.OfThread self = join(queue.nextId() - 1, sync);
    lock.unlock();
    try {
      await(self);
    } catch (DurabilityException e) {
      // Nobody waits for this round. What failed meets the next caller: the entries are still in
      // the queue, or the writer is poisoned.
      Notices.report(e);
    } finally {
      lock.lock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // The caller looks again at what is to be done.
  private void awaitWork(long now) {
    // A round that is under way decides anew when the mark is due.
    long mark = leading && markDue != NEVER ? now + MARK_DELAY_NANOS : markDue;
    long due = Math.min(mark, Math.min(syncDue, flushDue));
    if (due == NEVER) {
      work.awaitUninterruptibly();
      return;
    }
    try {
      long unused = work.awaitNanos(due - now);
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
      last = poison == null ? join(queue.nextId() - 1, true) : null;
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
    List<Waiter> left;
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
        left = takeWaiters();
      } finally {
        lock.unlock();
      }
      for (Waiter waiter : left) {
        Throwable why = earlier == null ? new IOException("the writer was closed") : earlier;
        settle(waiter, durableId, durableId, why);
      }
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
