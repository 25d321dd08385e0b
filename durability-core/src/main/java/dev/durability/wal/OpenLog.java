package dev.durability.wal;

import dev.durability.append.AppendQueue;
import dev.durability.append.LogStart;
import dev.durability.append.QueuedBlocks;
import dev.durability.append.SegmentAppender;
import dev.durability.append.SegmentSettings;
import dev.durability.commit.Closing;
import dev.durability.commit.GroupCommit;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.threads.StackRoom;
import dev.durability.threads.SureLock;
import dev.durability.threads.Thrown;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * All that is open while a log is written: its lock, its files, the queue, group commit and the
 * log's own thread; and how that ends.
 */
final class OpenLog {
  private static final int CLOSING_ATTEMPTS = 4;

  private final DirectoryLock directoryLock;
  private final Thread thread;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Closing.LastStep finish;
  private final Closing.LastStep abandon;
  final Notices notices;
  final SegmentAppender appender;
  final AppendQueue queue;
  final GroupCommit commits;

  /**
   * @param directory where the log is
   * @param held its lock
   * @param start where writing starts
   */
  OpenLog(Directory directory, DirectoryLock held, WalOptions options, LogStart start) {
    SegmentSettings settings = options.segmentSettings();
    this.directoryLock = held;
    this.notices = new Notices(options.observer());
    this.appender = new SegmentAppender(directory, held, settings, notices, start);
    this.queue = new AppendQueue(settings, start.plan());
    this.commits =
        new GroupCommit(
            new QueuedBlocks(queue, appender),
            options.syncIntervalNanos(),
            options.flushPolicy().intervalNanos(),
            appender.lock()::askForLeader);
    this.thread = new Thread(commits.logThreadTask(), "durability-wal");
    thread.setDaemon(true);
    this.finish = appender::finish;
    this.abandon = appender::abandon;
  }

  /** Creates the first segment of this writer, and starts the log's own thread. */
  void start() throws IOException {
    appender.start();
    try {
      thread.start();
    } catch (Throwable noThread) {
      commits.close(abandon, abandon);
      throw noThread;
    }
  }

  /** Throws if the log waits for this thread: see {@link WalWriter#refuseWithinCallback}. */
  void refuseWithinCallback() {
    long unused = StackRoom.proveForCall();
    if (commits.lock().isHeldByCurrentThread() || commits.isLeading() || appender.isOnItsThread()) {
      throw new IllegalStateException(
          "this thread is in a callback of this log, such as an observer, and would wait for"
              + " itself: return from the callback first");
    }
  }

  /** Asks something with the lock, which is not left held if an Error comes. */
  <T> T locked(Supplier<T> what) {
    long unused = StackRoom.proveForCall();
    SureLock lock = commits.lock();
    int holds = lock.getHoldCount();
    try {
      lock.lock();
      try {
        return what.get();
      } finally {
        lock.unlock();
      }
    } catch (Error e) {
      lock.unlockDownTo(holds);
      throw e;
    }
  }

  /**
   * Makes everything that was appended durable, ends the last segment, and gives up the log.
   * Closing again does nothing, unless an Error kept the log from being given up: then it does what
   * is left.
   */
  void close(Truncation truncation) throws IOException {
    long unused = StackRoom.prove();
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    Throwable failure = null;
    boolean ended = false;
    // Again if an Error hit it: each of the steps leaves out what it did before.
    for (int left = CLOSING_ATTEMPTS; !ended && left > 0; left--) {
      try {
        commits.close(finish, abandon);
        joinThread();
        truncation.giveUp(directoryLock);
        ended = true;
      } catch (Throwable e) {
        failure = failure == null ? e : failure;
      }
    }
    if (!ended) {
      closing.set(false); // Whoever closes again, with more stack or memory, does what is left.
    }
    Thrown.rethrow(failure);
    releaseMemory();
  }

  /** Only if all ended well: else something may still be in the blocks, or in use. */
  private void releaseMemory() {
    boolean unused =
        locked(
            () -> {
              queue.release();
              return true;
            });
  }

  private void joinThread() {
    boolean interrupted = false;
    while (thread != Thread.currentThread() && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
