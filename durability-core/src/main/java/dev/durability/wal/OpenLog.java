package dev.durability.wal;

import dev.durability.append.AppendQueue;
import dev.durability.append.EntryLookup;
import dev.durability.append.LogStart;
import dev.durability.append.QueuedBlocks;
import dev.durability.append.SegmentAppender;
import dev.durability.append.SegmentSettings;
import dev.durability.codec.Codec;
import dev.durability.commit.Closing;
import dev.durability.commit.GroupCommit;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.OwnedDirectory;
import dev.durability.log.LogExtent;
import dev.durability.log.LogStats;
import dev.durability.log.SegmentRange;
import dev.durability.segment.ForeignLog;
import dev.durability.segment.LogFiles;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.threads.StackRoom;
import dev.durability.threads.SureLock;
import dev.durability.threads.Thrown;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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

  /** Once it ended in order; seen by the thread that closes. */
  private volatile @Nullable SegmentRange last;

  final Directory directory;
  final Clock clock;
  final LogStart start;
  final Notices notices;
  final SegmentAppender appender;
  final AppendQueue queue;
  final GroupCommit commits;
  final EntryLookup lookup;

  /**
   * @param directory where the log is
   * @param held its lock
   * @param start where writing starts
   */
  OpenLog(Directory directory, DirectoryLock held, WalOptions options, LogStart start) {
    SegmentSettings settings = options.segmentSettings();
    this.directory = directory;
    this.clock = options.clock();
    this.start = start;
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
    commits.whenPoisoned(notices::onPoisoned);
    this.lookup = new EntryLookup(directory, appender);
    this.thread = new Thread(commits.logThreadTask(), "durability-wal");
    thread.setDaemon(true);
    this.finish = this::finish;
    this.abandon = appender::abandon;
  }

  /** Takes the lock, brings the log into order, and starts to write; see {@link WalWriter#open}. */
  static <E> WalWriter<E> open(
      Directory directory, Codec<E> codec, WalOptions options, @Nullable WalReplay<E> replay)
      throws IOException {
    long unused = StackRoom.proveForOpening();
    ForeignLog.refuse(directory);
    LogOpening.requireMode(directory, options.openMode()); // Before anything is created.
    directory.createDirectories(LogFiles.SEGMENTS);
    AfterFailure.prepare();
    DirectoryLock held = directory.lock(LogFiles.LOCK);
    try {
      LogOpening.requireMode(directory, options.openMode()); // Others may have opened it meanwhile.
      return open(new OwnedDirectory(directory, held), codec, options, replay, held);
    } catch (Throwable e) { // Also if it comes while another failure is put into words.
      AfterFailure.close(e, held);
      throw e;
    }
  }

  private static <E> WalWriter<E> open(
      Directory owned,
      Codec<E> codec,
      WalOptions options,
      @Nullable WalReplay<E> replay,
      DirectoryLock held)
      throws IOException {
    try {
      LogStart start = new LogOpening(owned, options).open(codec, replay);
      OpenLog log = new OpenLog(owned, held, options, start);
      WalWriter<E> writer = new WalWriter<>(log, codec, options);
      log.start();
      return writer;
    } catch (OutcomeOpenException | WriterPoisonedException e) {
      // What these tell of a writer is not so before there is one.
      throw new DurabilityException(
          "opening the log failed: "
              + Objects.requireNonNullElse(e.getCause(), e).getMessage()
              + ". What was valid is unchanged: open it again once the storage works",
          e.getCause());
    } catch (DurabilityException e) {
      throw OwnedDirectory.lostOr(held, e);
    }
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

  private void finish() throws IOException {
    appender.finish();
    last = appender.live().holding(appender.writtenId());
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

  /** How much the log holds; see {@link WalWriter#extent}. */
  LogExtent extent() throws IOException {
    long firstId = lookup.firstEntryId();
    return locked(
        () -> {
          long nextId = queue.nextId(); // Less if the log was begun anew meanwhile.
          return new LogExtent(Math.min(firstId, nextId), nextId, queue.segmentBytes());
        });
  }

  /** What the log did, and where it stands; see {@link WalWriter#stats}. */
  LogStats stats() {
    return locked(
        () ->
            new LogStats(
                notices.appendedEntries(),
                notices.appendedBytes(),
                notices.writtenBytes(),
                notices.syncs(),
                notices.syncNanos(),
                notices.rotations(),
                segments().size(),
                queue.nextId() - 1,
                appender.durableId(),
                queue.position() - commits.durable(),
                commits.waiting(),
                commits.poison()));
  }

  /** The segments with their entries, the one that is being written last. */
  List<SegmentRange> segments() {
    return locked(
        () -> {
          List<SegmentRange> segments = new ArrayList<>(appender.ended());
          SegmentName live = queue.segment().name();
          long firstId = live.firstEntryId();
          // Segments between the last that ended and this one are still in memory.
          if (segments.isEmpty() || segments.get(segments.size() - 1).lastEntryId() < firstId) {
            segments.add(live.holding(queue.nextId() - 1));
          }
          return segments;
        });
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
    if (ended) {
      failure = closeLookup(failure);
    }
    Thrown.rethrow(failure);
    SegmentRange lastSegment = last;
    if (lastSegment != null) {
      notices.onClosed(lastSegment);
    }
    releaseMemory();
  }

  private @Nullable Throwable closeLookup(@Nullable Throwable earlier) {
    try {
      lookup.close();
      return earlier;
    } catch (Throwable e) {
      return earlier == null ? e : earlier;
    }
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
