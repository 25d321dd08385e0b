package dev.durability.commit;

import dev.durability.errors.DurabilityException;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for one round. Guarded by the writer's lock while it gathers, then used by the
 * thread that leads it. Used again, so that rounds allocate nothing.
 *
 * <p>Each wait ends once: if an Error ends {@link #settle} or {@link #settleFutures} in the middle,
 * calling it again goes on where that stopped.
 */
final class Round {
  private static final int INITIAL_WAITERS = 16;

  private Waiter.@Nullable OfThread[] threads = new Waiter.@Nullable OfThread[INITIAL_WAITERS];
  private @Nullable FutureWaiter[] futures = new @Nullable FutureWaiter[INITIAL_WAITERS];
  private int threadCount;
  private int futureCount;
  private int unsettledThreads;
  private int settledFutures;
  private Waiter.@Nullable OfThread ofCurrentThread;
  private boolean triedToWrite;
  private Goal goal = Goal.PLACED;
  private boolean isDemanded;

  /** The next of those whose futures are left to the log's own thread. */
  @Nullable Round nextLeft;

  /** Makes room for one more, so that adding it cannot fail. */
  void reserve() {
    if (threadCount == threads.length) {
      threads = Arrays.copyOf(threads, 2 * threadCount);
    }
    if (futureCount == futures.length) {
      futures = Arrays.copyOf(futures, 2 * futureCount);
    }
  }

  /** Adds a thread, for which room was reserved. */
  void add(Waiter.OfThread thread) {
    Goal both = farther(thread.goal());
    // Nothing is called from here on: it is in, or it is not.
    goal = both;
    threads[threadCount] = thread;
    unsettledThreads = ++threadCount;
    thread.joined = true;
  }

  /** Adds a future, for which room was reserved. */
  void add(FutureWaiter future) {
    goal = Goal.DURABLE;
    futures[futureCount++] = future;
  }

  /** The log itself asks for it, although nobody waits. */
  void demand(boolean sync) {
    isDemanded = true;
    goal = farther(sync ? Goal.DURABLE : Goal.FLUSHED);
  }

  private Goal farther(Goal other) {
    return other.compareTo(goal) > 0 ? other : goal;
  }

  boolean isDemanded() {
    return isDemanded;
  }

  /** What was appended is taken, to be written in this round. */
  void taken(boolean somethingIsToBeWritten) {
    triedToWrite = somethingIsToBeWritten;
  }

  boolean triedToWrite() {
    return triedToWrite;
  }

  boolean wantsSync() {
    return goal == Goal.DURABLE;
  }

  /** What the most demanding of those who wait want. */
  Goal goal() {
    return goal;
  }

  int threadCount() {
    return threadCount;
  }

  /** How many wait. */
  int size() {
    return threadCount + futureCount;
  }

  boolean hasFutures() {
    return futureCount > 0;
  }

  boolean isEmpty() {
    return threadCount == 0 && futureCount == 0;
  }

  /** The thread that waits longest, or null. */
  Waiter.@Nullable OfThread firstThread() {
    return threads[0];
  }

  /**
   * Ends the wait of all threads, and tells the futures what they come to. The threads are a tree,
   * in which each wakes a few: those that are to be woken are settled before the thread that wakes
   * them.
   *
   * @param placed the position up to which all is written
   * @param written the position up to which all is flushed
   * @param durable the position up to which all is durable
   * @param failure what failed, or null
   * @param whyNot tells those whose entry is neither why; it does not throw
   */
  void settle(
      long placed,
      long written,
      long durable,
      @Nullable Throwable failure,
      BiFunction<Waiter, @Nullable Throwable, DurabilityException> whyNot) {
    failFutures(durable, failure, whyNot);
    settleThreads(placed, written, durable, failure, whyNot);
    wakeThreads(); // Before what depends on the futures runs here, which may wait for them.
    wakeAskers(); // Who asks for a future may not wait for what depends on another.
  }

  /** Settles the futures, and runs what depends on them. Can be called again, too. */
  void settleFutures() {
    while (settledFutures < futureCount) {
      FutureWaiter future = Objects.requireNonNull(futures[settledFutures]);
      future.settle(future.failure());
      settledFutures++;
    }
  }

  /** Wakes the threads that ask for its futures. */
  void wakeAskers() {
    for (int i = settledFutures; i < futureCount; i++) {
      Askers.wake(Objects.requireNonNull(futures[i]));
    }
  }

  /** What depends on the first may wait for the next: it is known by then what that comes to. */
  private void failFutures(
      long durable,
      @Nullable Throwable failure,
      BiFunction<Waiter, @Nullable Throwable, DurabilityException> whyNot) {
    for (int i = futureCount - 1; i >= settledFutures; i--) {
      FutureWaiter future = Objects.requireNonNull(futures[i]);
      if (future.target() <= durable) {
        return; // And so are those before it.
      }
      if (future.failure() == null) {
        future.fail(whyNot.apply(future, failure));
      }
    }
  }

  private void settleThreads(
      long placed,
      long written,
      long durable,
      @Nullable Throwable failure,
      BiFunction<Waiter, @Nullable Throwable, DurabilityException> whyNot) {
    while (unsettledThreads > 0) {
      int i = unsettledThreads - 1;
      Waiter.OfThread thread = Objects.requireNonNull(threads[i]);
      DurabilityException outcome =
          thread.target() <= reached(thread.goal(), placed, written, durable)
              ? null
              : whyNot.apply(thread, failure);
      if (thread.isOfCurrentThread()) {
        ofCurrentThread = thread;
      }
      // Nothing is called from here on: once its wait has ended, the waiter may be used again.
      thread.failure = outcome;
      int first = Waiter.OfThread.FAN_OUT * i + 1;
      for (int child = 0; child < Waiter.OfThread.FAN_OUT; child++) {
        thread.toWake[child] = first + child < threadCount ? threads[first + child] : null;
      }
      unsettledThreads = i;
      thread.state = Waiter.OfThread.SETTLED;
    }
  }

  private static long reached(Goal goal, long placed, long written, long durable) {
    if (goal == Goal.DURABLE) { // No switch: it would load a class of its own.
      return durable;
    }
    return goal == Goal.FLUSHED ? written : placed;
  }

  /** Wakes the first, which wakes others, as the current thread does if it is one of them. */
  private void wakeThreads() {
    if (threads[0] != null) {
      threads[0].wake();
    }
    if (ofCurrentThread != null) {
      ofCurrentThread.wakeOthers();
    }
  }

  /** Nobody waits any more: it can be used again. */
  void clear() {
    Arrays.fill(threads, 0, threadCount, null);
    Arrays.fill(futures, 0, futureCount, null);
    threadCount = 0;
    futureCount = 0;
    settledFutures = 0;
    ofCurrentThread = null;
    triedToWrite = false;
    goal = Goal.PLACED;
    isDemanded = false;
  }
}
