package dev.durability.wal;

import dev.durability.append.AppendQueue;
import dev.durability.append.QueuedBlocks;
import dev.durability.append.Scratch;
import dev.durability.append.SegmentAppender;
import dev.durability.append.SegmentSettings;
import dev.durability.codec.Codec;
import dev.durability.commit.FutureWaiter;
import dev.durability.commit.GroupCommit;
import dev.durability.commit.Waiter;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.OwnedDirectory;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.segment.ForeignLog;
import dev.durability.segment.LogFiles;
import dev.durability.segment.SegmentPlan;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.threads.StackRoom;
import dev.durability.threads.StackSafeLock;
import dev.durability.threads.Thrown;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import dev.durability.threads.SureLock;
import dev.durability.commit.Closing;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log. There is one writer a log, among all processes; any number of threads may use it.
 *
 * <p><b>What is durable.</b> {@link #append} gives an entry its place and, by the flush policy,
 * writes it to the file: flushed, it survives the death of the process. It is <i>acknowledged</i>,
 * and survives the loss of power, when {@link #sync} or {@link #appendDurable} returned or the
 * future of {@link #appendAsync} completed. After a crash the log holds a prefix of what was
 * appended, with everything acknowledged in it.
 *
 * <p><b>Failures.</b> A write that fails, on a full disk for example, is rolled back; the calls
 * that waited for it throw {@link dev.durability.errors.OutcomeOpenException}, their entries keep
 * their ids and go first once there is room, and the writer goes on. A sync that fails, or a
 * roll-back, poisons the writer: every later call throws {@link
 * dev.durability.errors.WriterPoisonedException} with that first failure as its cause, until the
 * log is closed and opened again.
 *
 * <p><b>Interrupts</b> have no effect: a call that waits goes on waiting, because its entry is
 * already on its way, and returns with the interrupt flag set.
 *
 * <pre>{@code
 * try (WalWriter<String> log =
 *     WalWriter.open(FsDirectory.open(path), Codecs.utf8(), WalOptions.defaults())) {
 *   long id = log.appendDurable("survives power loss");
 * }
 * }</pre>
 *
 * @param <E> the type of the entries
 */
public final class WalWriter<E> implements Closeable {
  private static final int BATCH_FRAME_BYTES_MAX = 1 << 30;
  private static final int CLOSING_ATTEMPTS = 4;

  private final Directory directory;
  private final Codec<E> codec;
  private final WalOptions options;
  private final Notices notices;
  private final DirectoryLock directoryLock;
  private final LogOpening.Opened opened;
  private final SegmentAppender appender;
  private final AppendQueue queue;
  private final GroupCommit commits;
  private final SureLock lock;
  private final Scratch.Pool scratches = new Scratch.Pool();
  private final SegmentRemoval removal;
  private final StackSafeLock truncating = new StackSafeLock();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Thread background;
  private final Consumer<FutureWaiter> help;
  private final Closing.LastStep finish;
  private final Closing.LastStep abandon;
  private int unflushedAppends;
  private long appendedBytes;
  private long markedCheckpoint;

  private WalWriter(
      Directory directory,
      Codec<E> codec,
      WalOptions options,
      DirectoryLock directoryLock,
      LogOpening.Opened opened)
      throws IOException {
    this.directory = directory;
    this.codec = codec;
    this.options = options;
    this.notices = new Notices(options.observer());
    this.directoryLock = directoryLock;
    this.opened = opened;
    SegmentSettings settings = options.segmentSettings();
    this.appender =
        new SegmentAppender(directory, directoryLock, settings, notices, opened.start());
    this.queue = new AppendQueue(settings, opened.start().plan());
    this.commits =
        new GroupCommit(
            new QueuedBlocks(queue, appender),
            options.syncIntervalNanos(),
            options.flushPolicy().intervalNanos(),
            appender.lock()::askForLeader);
    this.lock = commits.lock();
    this.removal = new SegmentRemoval(directory, notices, appender, commits);
    this.background = new Thread(commits::runLogThread, "durability-wal");
    background.setDaemon(true);
    this.help = commits::help;
    this.finish = appender::finish;
    this.abandon = appender::abandon;
  }

  private void start() throws IOException {
    appender.start();
    try {
      background.start();
    } catch (Throwable noThread) {
      commits.close(abandon, abandon);
      throw noThread;
    }
  }

  /**
   * Opens a log for writing, and creates it where there is none.
   *
   * <p>What a crash left is brought into order: the end that was being written is cut off and kept
   * in {@code quarantine/}; when this returns, everything that was recovered is durable.
   *
   * @param directory where the log is
   * @param codec turns entries into bytes
   * @param options how to write
   * @param <E> the type of the entries
   * @return the writer; close it
   * @throws dev.durability.errors.LockHeldException if another writer has the log open
   * @throws dev.durability.errors.CorruptLogException if something that was promised is damaged or
   *     missing; nothing was changed
   * @throws dev.durability.errors.FormatException if a newer version of the library wrote the log,
   *     or the directory has a log of the Rust crate; nothing was changed
   * @throws IOException if the storage fails; what was valid is unchanged, and opening can be tried
   *     again
   */
  public static <E> WalWriter<E> open(Directory directory, Codec<E> codec, WalOptions options)
      throws IOException {
    return open(directory, codec, options, null);
  }

  /**
   * Opens a log for writing as {@link #open(Directory, Codec, WalOptions)} does, and hands over the
   * entries that were recovered, in the same pass over the files. If this throws, discard what was
   * built from them: the end of the log is judged after they were handed over.
   *
   * @param directory where the log is
   * @param codec turns entries into bytes and back
   * @param options how to write
   * @param replay takes the entries; null for nobody
   * @param <E> the type of the entries
   * @return the writer; close it
   * @throws IOException as {@link #open(Directory, Codec, WalOptions)}; what the replay throws
   *     reaches the caller as it is, what the codec throws as the cause of a {@link
   *     dev.durability.errors.CodecException} that names the entry; nothing was changed
   */
  public static <E> WalWriter<E> open(
      Directory directory, Codec<E> codec, WalOptions options, @Nullable WalReplay<E> replay)
      throws IOException {
    ForeignLog.refuse(directory);
    directory.createDirectories(LogFiles.SEGMENTS);
    DirectoryLock held = directory.lock(LogFiles.LOCK);
    try {
      Directory owned = new OwnedDirectory(directory, held);
      LogOpening.Opened opened = new LogOpening(owned, options).open(codec, replay);
      WalWriter<E> writer = new WalWriter<>(owned, codec, options, held, opened);
      writer.start();
      return writer;
    } catch (OutcomeOpenException | WriterPoisonedException e) {
      // What these tell of a writer is not so before there is one.
      DurabilityException failed =
          new DurabilityException(
              "opening the log failed: "
                  + Objects.requireNonNullElse(e.getCause(), e).getMessage()
                  + ". What was valid is unchanged: open it again once the storage works",
              e.getCause());
      giveUp(held, failed);
      throw failed;
    } catch (DurabilityException e) {
      DurabilityException failed = OwnedDirectory.lostOr(held, e);
      giveUp(held, failed);
      throw failed;
    } catch (Throwable e) {
      giveUp(held, e);
      throw e;
    }
  }

  private static void giveUp(DirectoryLock held, Throwable failure) {
    try {
      held.close();
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }

  /**
   * Appends an entry. It is flushed as the flush policy says, and acknowledged by a later {@link
   * #sync}. Waits while the buffers are full.
   *
   * @param entry the entry
   * @return its id
   * @throws IllegalArgumentException if its bytes are more than the log takes; nothing was appended
   * @throws dev.durability.errors.OutcomeOpenException if it has an id, and writing it failed and
   *     was rolled back; or if writing earlier entries failed to make room for it, and then nothing
   *     was appended: {@link #lastAppendedId} tells
   * @throws IOException if the codec fails, or the log has used up its entry ids, which end at
   *     2^63-2, and nothing was appended; or the writer is poisoned or closed
   */
  public long append(E entry) throws IOException {
    refuseWithinCallback();
    Scratch scratch = scratches.take();
    boolean happened = false;
    try {
      encode(scratch, entry);
      long id;
      Waiter.OfThread flush;
      lock.lock();
      try {
        reserve(scratch, 1, FrameFormat.frameBytes(scratch.size()));
        boolean flushes = isFlushDue();
        id = queue.entry(scratch.bytes(), scratch.size());
        happened = true;
        appended(id, id, FrameFormat.frameBytes(scratch.size()));
        flush = flushes ? commits.join(scratch.waiter(), id, false) : null;
      } finally {
        unlock();
      }
      commits.await(flush);
      scratches.giveBack(scratch);
      return id;
    } catch (RuntimeException | Error e) {
      commits.brokenOff(scratch.waiter(), happened, e);
      throw e;
    }
  }

  /**
   * Appends entries that are recovered all or not at all. All are encoded before the first of them
   * is buffered. A batch lies within one segment.
   *
   * @param batch the entries, at least one; their frames together at most 1 GiB
   * @return the id of the last entry; the others have the ids before it
   * @throws IllegalArgumentException if the batch is empty or too large; nothing was appended
   * @throws IOException as {@link #append}
   */
  public long appendBatch(List<? extends E> batch) throws IOException {
    if (batch.isEmpty()) {
      throw new IllegalArgumentException("an atomic batch has at least one entry");
    }
    refuseWithinCallback();
    Scratch scratch = scratches.take();
    boolean happened = false;
    try {
      int[] ends = new int[batch.size()];
      int frameBytes = encode(scratch, batch, ends);
      long id;
      Waiter.OfThread flush;
      lock.lock();
      try {
        reserve(scratch, ends.length, frameBytes);
        boolean flushes = isFlushDue();
        id = queue.batch(scratch.bytes(), ends);
        happened = true;
        appended(id - ends.length + 1, id, frameBytes);
        flush = flushes ? commits.join(scratch.waiter(), id, false) : null;
      } finally {
        unlock();
      }
      commits.await(flush);
      scratches.giveBack(scratch);
      return id;
    } catch (RuntimeException | Error e) {
      commits.brokenOff(scratch.waiter(), happened, e);
      throw e;
    }
  }

  /**
   * Appends an entry and waits until it survives power loss. Threads that do this at the same time
   * share a sync.
   *
   * @param entry the entry
   * @return its id
   * @throws dev.durability.errors.OutcomeOpenException as {@link #append}; the entry is not
   *     acknowledged
   * @throws IOException as {@link #append}
   */
  public long appendDurable(E entry) throws IOException {
    refuseWithinCallback();
    Scratch scratch = scratches.take();
    boolean happened = false;
    try {
      encode(scratch, entry);
      long unused = StackRoom.prove();
      long id;
      Waiter.OfThread durable;
      lock.lock();
      try {
        reserve(scratch, 1, FrameFormat.frameBytes(scratch.size()));
        id = queue.entry(scratch.bytes(), scratch.size());
        happened = true;
        appended(id, id, FrameFormat.frameBytes(scratch.size()));
        durable = commits.join(scratch.waiter(), id, true);
      } finally {
        unlock();
      }
      commits.await(durable);
      scratches.giveBack(scratch);
      return id;
    } catch (RuntimeException | Error e) {
      commits.brokenOff(scratch.waiter(), happened, e);
      throw e;
    }
  }

  /**
   * Appends an entry and returns at once, unless the buffers are full. Ids are given in the order
   * of the calls.
   *
   * @param entry the entry
   * @return completes with the entry's id when it survives power loss; or with {@link
   *     dev.durability.errors.OutcomeOpenException} or {@link
   *     dev.durability.errors.WriterPoisonedException}. What depends on it runs on the thread that
   *     synced: hand anything slow to an executor
   * @throws IOException as {@link #append}; the entry has then no id
   */
  public AppendFuture appendAsync(E entry) throws IOException {
    refuseWithinCallback();
    Scratch scratch = scratches.take();
    boolean happened = false;
    try {
      encode(scratch, entry);
      DurableFuture durable;
      lock.lock();
      try {
        reserve(scratch, 1, FrameFormat.frameBytes(scratch.size()));
        durable = new DurableFuture(queue.nextId(), help);
        long id = queue.entry(scratch.bytes(), scratch.size());
        happened = true;
        appended(id, id, FrameFormat.frameBytes(scratch.size()));
        commits.commitLater(durable);
      } finally {
        unlock();
      }
      scratches.giveBack(scratch);
      return durable;
    } catch (RuntimeException | Error e) {
      commits.brokenOff(scratch.waiter(), happened, e);
      throw e;
    }
  }

  /**
   * Writes everything that was appended to the file: other readers see it, and it survives the
   * death of the process.
   *
   * @throws IOException if that fails, as for {@link #append}
   */
  public void flush() throws IOException {
    commitAll(false);
  }

  /**
   * Makes everything that was appended before this call durable: acknowledged when this returns.
   *
   * @throws dev.durability.errors.OutcomeOpenException if writing failed and was rolled back; it
   *     can be tried again
   * @throws dev.durability.errors.WriterPoisonedException if syncing fails, or failed before
   * @throws IOException if the writer is closed
   */
  public void sync() throws IOException {
    commitAll(true);
  }

  private void commitAll(boolean sync) throws IOException {
    refuseWithinCallback();
    Waiter.OfThread waiter = new Waiter.OfThread();
    try {
      long unused = StackRoom.prove();
      Waiter.OfThread all;
      lock.lock();
      try {
        commits.refuseIfDone();
        commits.prepare();
        all = commits.join(waiter, queue.nextId() - 1, sync);
      } finally {
        unlock();
      }
      commits.await(all);
    } catch (RuntimeException | Error e) {
      commits.brokenOff(waiter, false, e);
      throw e;
    }
  }

  /**
   * Throws if this thread is in a callback for which the log waits: an observer, the storage, or an
   * exception handler of a thread that writes. Every call that could wait for itself does that
   * first. Whoever takes locks of their own before they call the log calls this before they take
   * them. What depends on a future of {@link #appendAsync} is no such callback.
   *
   * @throws IllegalStateException if the log waits for this thread
   */
  public void refuseWithinCallback() {
    long unused = StackRoom.proveForCall();
    if (lock.isHeldByCurrentThread() || commits.isLeading() || appender.isOnItsThread()) {
      throw new IllegalStateException(
          "called from within a callback of this log, an observer for example, which the log waits"
              + " for: return first");
    }
  }

  /** An Error may have come while the lock was given up. */
  private void unlock() {
    if (lock.isHeldByCurrentThread()) {
      lock.unlock();
    }
  }

  private void encode(Scratch scratch, E entry) throws IOException {
    scratch.startEntry(options.entryBytesMax());
    codec.encode(entry, scratch);
  }

  /** Encodes a batch; returns how many bytes its frames take. */
  private int encode(Scratch scratch, List<? extends E> batch, int[] ends) throws IOException {
    long frames = 0;
    for (int i = 0; i < ends.length; i++) {
      int start = scratch.size();
      encode(scratch, batch.get(i));
      ends[i] = scratch.size();
      frames += FrameFormat.frameBytes(ends[i] - start);
      if (frames > BATCH_FRAME_BYTES_MAX) {
        throw new IllegalArgumentException(
            "an atomic batch has at most 1 GiB of frames; nothing of it was appended");
      }
    }
    return (int) frames;
  }

  /**
   * Makes room, waiting if need be, and gets ready: what follows cannot fail for lack of memory.
   * With the lock, which is given up while waiting.
   */
  private void reserve(Scratch scratch, int entries, int frameBytes) throws IOException {
    commits.refuseIfDone();
    rotateIfFull(entries, frameBytes);
    while ((queue.isWorthWriting() && commits.isIdle()) || !queue.reserve(frameBytes)) {
      long unused = StackRoom.prove();
      commits.awaitRoom(scratch.waiter());
      commits.refuseIfDone();
      rotateIfFull(entries, frameBytes); // Others appended meanwhile.
    }
    commits.prepare();
  }

  private void rotateIfFull(int entries, int frameBytes) throws DurabilityException {
    boolean rotates = queue.needsRotation(frameBytes);
    queue.refuseBeyondEnd(entries, rotates);
    if (rotates) {
      queue.rotate();
    }
  }

  private void appended(long firstId, long lastId, long frameBytes) {
    appendedBytes += frameBytes;
    notices.onAppend(firstId, lastId, frameBytes);
  }

  /** Whether this append is one that is written, by the flush policy. With the lock. */
  private boolean isFlushDue() {
    int every = options.flushPolicy().appends();
    if (every == 0) {
      return false;
    }
    if (unflushedAppends + 1 < every) {
      unflushedAppends++;
      return false;
    }
    long unused = StackRoom.prove();
    unflushedAppends = 0;
    return true;
  }

  /** {@return the id of the last entry that was appended, 0 if there is none} */
  public long lastAppendedId() {
    return locked(() -> queue.nextId() - 1);
  }

  /** {@return how many bytes of frames were appended since the log was opened} */
  public long appendedBytes() {
    return locked(() -> appendedBytes);
  }

  /** {@return the id of the last entry that survives power loss, 0 if there is none} */
  public long lastDurableId() {
    return commits.durableId();
  }

  /** {@return the first failure, which every later call throws as a cause; null if none was} */
  public @Nullable Throwable poison() {
    return commits.poison();
  }

  /** {@return what opening found} */
  public LogReport recovered() {
    return opened.report();
  }

  /** {@return the identity of the log: the same in each of its files} */
  public UUID logId() {
    return opened.start().logId();
  }

  /**
   * Says in the log that a checkpoint covers it up to an entry: as the first entry of a new
   * segment, so that the segments before it can be removed. It takes an entry id, and is durable
   * when this returns.
   *
   * @param coveredId the last entry that the checkpoint contains; durable before this call
   * @param path the checkpoint, relative to the directory, its content durable before this call;
   *     empty if it is kept elsewhere. Its name is made durable here: the name of one that a killed
   *     process left may not be so yet
   * @return the entry id of the marker
   * @throws IllegalArgumentException if the entry is not durable yet, or the path has more than
   *     4,096 bytes
   * @throws NoSuchFileException if the checkpoint is not there
   * @throws IOException as {@link #appendDurable}; or if the directory of the checkpoint cannot be
   *     synced, and then nothing was appended: write the checkpoint anew
   */
  public long appendCheckpoint(long coveredId, String path) throws IOException {
    refuseWithinCallback();
    byte[] pathBytes = path.getBytes(StandardCharsets.UTF_8);
    if (pathBytes.length > FrameFormat.CHECKPOINT_PATH_BYTES_MAX) {
      throw new IllegalArgumentException("the path of the checkpoint is too long: " + path);
    }
    if (coveredId < 0 || coveredId > lastDurableId()) {
      throw new IllegalArgumentException(
          "a checkpoint cannot cover entry "
              + coveredId
              + ": the log is durable up to entry "
              + lastDurableId());
    }
    if (!path.isEmpty()) {
      if (!directory.exists(path)) {
        throw new NoSuchFileException(
            path,
            null,
            "the log must not name a checkpoint that is not there; nothing was appended");
      }
      directory.sync(path.substring(0, Math.max(0, path.lastIndexOf('/'))));
    }
    int frameBytes = FrameFormat.frameBytes(FrameFormat.COVERED_BYTES + pathBytes.length);
    Waiter.OfThread waiter = new Waiter.OfThread();
    boolean happened = false;
    try {
      long unused = StackRoom.prove();
      long id;
      Waiter.OfThread durable;
      lock.lock();
      try {
        reserveFirstOfSegment(waiter, frameBytes);
        id = queue.checkpoint(coveredId, pathBytes);
        happened = true;
        appended(id, id, frameBytes);
        durable = commits.join(waiter, id, true);
      } finally {
        unlock();
      }
      commits.await(durable);
      markCovered(coveredId);
      return id;
    } catch (RuntimeException | Error e) {
      commits.brokenOff(waiter, happened, e);
      throw e;
    }
  }

  /** Makes room for the first entry of a new segment. With the lock, given up while waiting. */
  private void reserveFirstOfSegment(Waiter.OfThread waiter, int frameBytes) throws IOException {
    commits.refuseIfDone();
    rotateIfUsed();
    while (!queue.reserve(frameBytes)) {
      commits.awaitRoom(waiter);
      commits.refuseIfDone();
      rotateIfUsed(); // Others appended meanwhile.
    }
    commits.prepare();
  }

  private void rotateIfUsed() throws DurabilityException {
    boolean rotates = queue.segmentHasEntries();
    queue.refuseBeyondEnd(1, rotates);
    if (rotates) {
      queue.rotate();
    }
  }

  private void markCovered(long coveredId) {
    long unused = StackRoom.prove();
    lock.lock();
    try {
      markedCheckpoint = Math.max(markedCheckpoint, coveredId);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lists the segments of the log. Segments that are full and still in memory are not in the list.
   *
   * @return the segments, oldest first, the one that the next entry goes to at the end
   */
  public List<SegmentRange> segments() {
    return locked(
        () -> {
          List<SegmentRange> segments = new ArrayList<>(appender.ended());
          SegmentPlan live = queue.segment();
          long firstId = live.name().firstEntryId();
          // Segments between the last that ended and this one are still in memory.
          if (segments.isEmpty() || segments.get(segments.size() - 1).lastEntryId() < firstId) {
            segments.add(
                new SegmentRange(
                    live.name().segmentId(), firstId, queue.nextId() - 1, live.name().path()));
          }
          return segments;
        });
  }

  /** Does something with the lock, which is not left held where an Error comes. */
  private <T> T locked(Supplier<T> what) {
    long unused = StackRoom.proveForCall();
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
   * Removes the segments that lie wholly at or below an entry, oldest first, but never the one that
   * is being written. Unless a checkpoint marker that this writer wrote covers the entry, one
   * without a path is written first: the caller says that it keeps what it needs elsewhere.
   *
   * <p>The observer may veto: removal stops there.
   *
   * @param throughId the last entry that is not needed in the log any more; durable
   * @return the segments that were removed, durably, oldest first
   * @throws IllegalArgumentException if the entry is not durable yet
   * @throws dev.durability.errors.WriterPoisonedException if the removal could not be made durable
   * @throws IOException if the marker or a removal fails; the log is whole, and truncating can be
   *     tried again
   */
  public List<SegmentRange> truncate(long throughId) throws IOException {
    refuseWithinCallback();
    refuseWithinTruncation();
    if (throughId > lastDurableId()) {
      throw new IllegalArgumentException(
          "cannot truncate through entry "
              + throughId
              + ": the log is durable up to entry "
              + lastDurableId());
    }
    int holds = lock.getHoldCount();
    truncating.lock();
    try {
      List<SegmentRange> doomed =
          appender.ended().stream().filter(s -> s.lastEntryId() <= throughId).toList();
      refuseIfDone();
      if (doomed.isEmpty()) {
        return List.of();
      }
      markBefore(throughId);
      refuseIfDone(); // Closing waits for this lock, so the log is still ours.
      return removal.remove(doomed);
    } catch (Error e) {
      lock.unlockDownTo(holds);
      throw e;
    } finally {
      truncating.unlock();
    }
  }

  private void refuseIfDone() throws DurabilityException {
    long unused = StackRoom.prove();
    lock.lock();
    try {
      commits.refuseIfDone();
    } finally {
      lock.unlock();
    }
  }

  private void markBefore(long throughId) throws IOException {
    boolean covered;
    long unused = StackRoom.prove();
    lock.lock();
    try {
      covered = markedCheckpoint >= throughId;
    } finally {
      lock.unlock();
    }
    if (!covered) {
      appendCheckpoint(throughId, "");
    }
  }

  /**
   * Makes everything that was appended durable, ends the last segment, and gives up the log.
   * Closing again does nothing, also while another thread is still closing; where an Error kept the
   * log from being given up, it does what is left.
   *
   * @throws IOException if something that was appended is not durable, or the storage fails; the
   *     log is given up all the same
   * @throws IllegalStateException if closing would wait for this very thread: in a callback, also
   *     one of {@link #truncate}; nothing was closed
   */
  @Override
  public void close() throws IOException {
    refuseWithinCallback();
    refuseWithinTruncation();
    long unused = StackRoom.prove();
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    Throwable failure = null;
    boolean ended = false;
    // Again where an Error hit it: each of the steps leaves out what it did before.
    for (int left = CLOSING_ATTEMPTS; !ended && left > 0; left--) {
      try {
        commits.close(finish, abandon);
        joinBackground();
        giveUpLock();
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

  /** Only where all ended well: else something may still be in the blocks, or in use. */
  private void releaseMemory() {
    boolean unused =
        locked(
            () -> {
              queue.release();
              return true;
            });
  }

  /** Who removes segments asks the observer, and must find the log as it was. */
  private void refuseWithinTruncation() {
    if (truncating.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "called from within the truncation of this log, which it would wait for: return first");
    }
  }

  private void giveUpLock() throws IOException {
    truncating.lock(); // Whoever removes segments does it with the log's lock held.
    try {
      directoryLock.close();
    } finally {
      truncating.unlock();
    }
  }

  private void joinBackground() {
    boolean interrupted = false;
    while (background != Thread.currentThread() && background.isAlive()) {
      try {
        background.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
