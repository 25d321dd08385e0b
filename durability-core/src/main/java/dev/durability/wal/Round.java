package dev.durability.wal;

import dev.durability.errors.DurabilityException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for one round, and the blocks that it writes. Guarded by the writer's lock while
 * it gathers, then used by the thread that leads it. Used again, so that rounds allocate nothing.
 */
final class Round {
  private static final int INITIAL_THREADS = 16;

  private final ArrayDeque<Block> blocks = new ArrayDeque<>();
  private final ArrayDeque<Block> written = new ArrayDeque<>();
  private final ArrayList<Waiter.OfFuture> futures = new ArrayList<>();
  private Waiter.@Nullable OfThread[] threads = new Waiter.@Nullable OfThread[INITIAL_THREADS];
  private int threadCount;
  private boolean triedToWrite;
  private boolean wantsSync;
  private boolean isDemanded;

  void add(Waiter.OfThread thread) {
    if (threadCount == threads.length) {
      threads = Arrays.copyOf(threads, 2 * threadCount);
    }
    threads[threadCount++] = thread;
    wantsSync |= thread.wantsSync();
  }

  void add(Waiter.OfFuture future) {
    futures.add(future);
    wantsSync = true;
  }

  /** The log itself asks for it, although nobody waits. */
  void demand(boolean sync) {
    isDemanded = true;
    wantsSync |= sync;
  }

  boolean isDemanded() {
    return isDemanded;
  }

  /** Takes what is to be written; where the next segment is ready, a full one ends with it. */
  void take(AppendQueue queue, boolean nextSegmentIsReady) {
    queue.takeInto(blocks, wantsSync && nextSegmentIsReady);
    triedToWrite = !blocks.isEmpty();
  }

  /** The block that is to be written next, or null if all are. */
  @Nullable Block nextBlock() {
    return blocks.peek();
  }

  /** That block is written. */
  void blockWritten() {
    written.add(blocks.remove());
  }

  boolean triedToWrite() {
    return triedToWrite;
  }

  /** Gives back the blocks that were written. */
  void giveBackWritten(AppendQueue queue) {
    for (Block block = written.poll(); block != null; block = written.poll()) {
      queue.recycle(block);
    }
  }

  /** Gives back all blocks: those that were not written go first in the next round. */
  void giveBack(AppendQueue queue) {
    giveBackWritten(queue);
    queue.putBack(blocks);
  }

  boolean wantsSync() {
    return wantsSync;
  }

  int threadCount() {
    return threadCount;
  }

  boolean hasFutures() {
    return !futures.isEmpty();
  }

  boolean isEmpty() {
    return threadCount == 0 && futures.isEmpty();
  }

  /** The thread that waits longest, or null. */
  Waiter.@Nullable OfThread firstThread() {
    return threads[0];
  }

  /**
   * Ends the wait of all. The threads are a tree, in which each wakes a few: those that are to be
   * woken are settled before whoever wakes them.
   *
   * @param writtenId the last entry that is written
   * @param durableId the last entry that is durable
   * @param failure what failed, or null
   * @param whyNot tells those whose entry is neither why; it does not throw
   */
  void settle(
      long writtenId,
      long durableId,
      @Nullable Throwable failure,
      BiFunction<Waiter, @Nullable Throwable, DurabilityException> whyNot) {
    Waiter.OfThread own = null;
    for (int i = threadCount - 1; i >= 0; i--) {
      Waiter.OfThread thread = Objects.requireNonNull(threads[i]);
      own = thread.isOfCurrentThread() ? thread : own;
      DurabilityException outcome =
          thread.targetId() <= (thread.wantsSync() ? durableId : writtenId)
              ? null
              : whyNot.apply(thread, failure);
      thread.settle(outcome, threads, Waiter.OfThread.FAN_OUT * i + 1, threadCount);
    }
    Waiter.OfThread root = threads[0];
    if (root != null) {
      root.wake();
    }
    if (own != null) {
      own.wakeOthers(); // Before what depends on the futures runs here, which may wait for them.
    }
    for (int i = 0; i < futures.size(); i++) {
      Waiter.OfFuture future = futures.get(i);
      future.settle(future.targetId() <= durableId ? null : whyNot.apply(future, failure));
    }
    clear();
  }

  private void clear() {
    Arrays.fill(threads, 0, threadCount, null);
    threadCount = 0;
    futures.clear();
    blocks.clear();
    triedToWrite = false;
    wantsSync = false;
    isDemanded = false;
  }
}
