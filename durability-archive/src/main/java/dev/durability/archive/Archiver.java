package dev.durability.archive;

import dev.durability.errors.DurabilityException;
import dev.durability.log.SegmentRange;
import dev.durability.storage.Directory;
import dev.durability.wal.WalObserver;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Archives a log that is being written: segments that ended, checkpoints, and every so often the
 * end of the segment that is being written, as far as the log itself promises that it is durable.
 *
 * <p><b>In the process that writes the log</b>, give {@link #observer} to the log's options: it
 * keeps what is not archived from being removed. <b>Beside it</b>, in a process of its own, take
 * {@link ArchiveOptions#holdFor}, which does the same with a file in the log's directory.
 *
 * <p><b>What is durable.</b> When {@link #step} returns, all that the log promised when the step
 * began is in the store. What the log acknowledged less than 10 ms before that may not be.
 *
 * <p><b>Failures.</b> If the store fails, nothing is lost or overwritten, and the next step goes
 * on. Meanwhile the log keeps what is not archived. If another archiver took over, or the archive
 * belongs to another log, each step throws {@link ArchiveConflictException}.
 *
 * <p><b>Timelines.</b> The directory has a file that names the timeline which its log continues. A
 * log that has none, or that is not the continuation of what its timeline holds, begins a new one:
 * a restored log, or an old copy. Nothing of the other timeline changes.
 *
 * <p>Many threads may use it; steps run one after the other.
 */
public final class Archiver implements Closeable {
  private static final Duration PAUSE_MAX = Duration.ofMinutes(1);

  private final ArchiveOptions options;
  private final ArchiveStore store;
  private final LogSteps steps;
  private final ReentrantLock stepping = new ReentrantLock();
  private final ReentrantLock waking = new ReentrantLock();
  private final Condition woken = waking.newCondition();

  private boolean wakes;
  private boolean stops;
  private @Nullable Thread thread;
  private volatile @Nullable Instant complete;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable ArchiveConflictException fenced;

  private Archiver(Directory log, ArchiveStore store, ArchiveOptions options) {
    this.options = options;
    this.store = store;
    this.steps = new LogSteps(log, store, options);
  }

  /**
   * Returns an archiver. Nothing is read or written yet.
   *
   * @param log the log's directory; written are only {@code archive/} and {@code holds/} in it
   * @param store where the archive is. It is not closed by the archiver
   * @param options how to archive
   * @return the archiver; close it
   */
  public static Archiver of(Directory log, ArchiveStore store, ArchiveOptions options) {
    return new Archiver(log, store, options);
  }

  /**
   * Archives what is there and not archived yet.
   *
   * @return whether anything was
   * @throws ArchiveConflictException if this archiver has to stop for good
   * @throws DamagedArchiveException if the records of the timeline are damaged: {@link
   *     Archive#verify} tells more. To go on in a new timeline, delete {@code archive/} in the
   *     log's directory
   * @throws dev.durability.errors.CorruptLogException if a segment that ended is damaged; those
   *     before it are archived
   * @throws IOException if the log cannot be read, or the store fails; the next step goes on
   */
  public boolean step() throws IOException {
    stepping.lock();
    try {
      ArchiveConflictException conflict = fenced;
      if (conflict != null) {
        throw new ArchiveConflictException(String.valueOf(conflict.getMessage()));
      }
      Instant start = options.clock().instant();
      boolean any = steps.step();
      complete = start;
      failure = null;
      return any;
    } catch (ArchiveConflictException conflict) {
      fenced = conflict;
      failure = conflict;
      throw conflict;
    } catch (Throwable e) {
      failure = e;
      throw e;
    } finally {
      stepping.unlock();
    }
  }

  /**
   * Archives in a thread of its own, {@code durability-archive}, until this is closed: at once, and
   * then once per interval. After a failure it waits longer, up to a minute.
   *
   * @return this
   */
  public Archiver start() {
    waking.lock();
    try {
      if (thread == null && !stops) {
        Thread started = new Thread(this::run, "durability-archive");
        started.setDaemon(true);
        started.start();
        thread = started;
      }
    } finally {
      waking.unlock();
    }
    return this;
  }

  private void run() {
    Duration pause = options.interval();
    while (await(pause)) {
      try {
        boolean unused = step();
        pause = options.interval();
      } catch (ArchiveConflictException conflict) {
        return; // status() tells.
      } catch (IOException | RuntimeException e) {
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause;
      }
    }
  }

  /** Waits; false if it is to end. The first time it does not wait. */
  private boolean await(Duration pause) {
    waking.lock();
    try {
      long left = complete == null && failure == null ? 0 : pause.toNanos();
      while (left > 0 && !wakes && !stops) {
        try {
          left = woken.awaitNanos(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      wakes = false;
      return !stops;
    } finally {
      waking.unlock();
    }
  }

  private void wake() {
    waking.lock();
    try {
      wakes = failure == null; // A store that is away is not asked more often.
      woken.signalAll();
    } finally {
      waking.unlock();
    }
  }

  /**
   * Returns the observer for the options of the log. It keeps segments and checkpoints from being
   * removed until they are archived.
   *
   * @return the observer, always of the same archiver
   */
  public WalObserver observer() {
    return new WalObserver() {
      @Override
      public void onRotate(SegmentRange ended) {
        wake();
      }

      @Override
      public void onCheckpoint(String path, long lastEntryId, long bytes, long durationNanos) {
        wake();
      }

      @Override
      public boolean mayRemove(SegmentRange segment) {
        Long last = steps.ended().get(segment.segmentId());
        return segment.segmentId() < steps.floor()
            || (last != null && last >= segment.lastEntryId())
            || steps.bytesBehind() > options.letGoBytes();
      }

      @Override
      public boolean mayRemoveCheckpoint(String path, long lastEntryId) {
        return lastEntryId <= steps.checkpointId() || steps.bytesBehind() > options.letGoBytes();
      }
    };
  }

  /** {@return how far it has come; any thread} */
  public ArchiveStatus status() {
    Instant last = complete;
    Duration behind =
        last == null
            ? Duration.between(steps.begun(), options.clock().instant())
            : Duration.between(last, options.clock().instant());
    return new ArchiveStatus(
        steps.timeline(),
        steps.archivedEntryId(),
        steps.bytesBehind(),
        behind.isNegative() ? Duration.ZERO : behind,
        steps.objects(),
        steps.bytes(),
        failure);
  }

  /**
   * Ends the thread, after the step that is under way, and archives what is left. Close the log
   * before this: then all of it is archived.
   *
   * @throws IOException if that last step fails; what is left is archived when the log is archived
   *     again
   */
  @Override
  public void close() throws IOException {
    Thread running;
    waking.lock();
    try {
      if (stops) {
        return;
      }
      stops = true;
      running = thread;
      woken.signalAll();
    } finally {
      waking.unlock();
    }
    join(running);
    if (fenced == null) {
      boolean unused = step();
    }
  }

  private static void join(@Nullable Thread running) throws DurabilityException {
    try {
      if (running != null) {
        running.join(TimeUnit.MINUTES.toMillis(5));
        if (running.isAlive()) {
          throw new DurabilityException(
              "the thread that archives is still waiting for the store after 5 minutes");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "archiver to " + store.location();
  }
}
