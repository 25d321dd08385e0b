package dev.durability.wal;

import dev.durability.append.Admission;
import dev.durability.append.AppendQueue;
import dev.durability.append.EntryEncoder;
import dev.durability.append.Marker;
import dev.durability.append.Scratch;
import dev.durability.codec.Codec;
import dev.durability.commit.GroupCommit;
import dev.durability.commit.Waiter;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.log.MarkerPosition;
import dev.durability.segment.SegmentName;
import dev.durability.threads.StackRoom;
import dev.durability.threads.SureLock;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes entries, gives each its place in the queue, and waits for what the caller asked for. An
 * entry is encoded before the lock is taken. Any number of threads.
 *
 * <p>Each kind of append has the same steps written out: sharing them would take an object per
 * append to carry what differs, on the path where nothing is allocated.
 *
 * @param <E> the type of the entries
 */
final class EntryAppender<E> {
  private final EntryEncoder<E> encoder;
  private final Admission<E> admission;
  private final int appendsPerFlush;
  private final Notices notices;
  private final AppendQueue queue;
  private final GroupCommit commits;
  private final SureLock lock;
  private final Scratch.Pool scratches = new Scratch.Pool();
  private int unflushedAppends;
  private long coveredId;
  private @Nullable Marker lastMarker;
  private @Nullable SegmentName markedSegment;

  EntryAppender(
      Codec<E> codec, WalOptions options, Notices notices, AppendQueue queue, GroupCommit commits) {
    this.encoder = new EntryEncoder<>(codec, options.entryBytesMax());
    this.admission = Admission.of(codec);
    commits.beforeTelling(admission::roundEnded);
    this.appendsPerFlush = options.flushPolicy().appends();
    this.notices = notices;
    this.queue = queue;
    this.commits = commits;
    this.lock = commits.lock();
  }

  /** The last entry that a marker of this writer covers; with the lock. */
  long coveredId() {
    return coveredId;
  }

  /** Appends an entry, and flushes if that is due. */
  long append(E entry) throws IOException {
    Scratch scratch = scratches.take();
    boolean happened = false;
    try {
      byte[] bytes = encoder.encode(scratch, entry);
      long id;
      Waiter.OfThread flush;
      lock.lock();
      try {
        reserve(scratch, 1, FrameFormat.frameBytes(scratch.size()));
        boolean flushes = isFlushDue();
        id = queue.entry(bytes, scratch.size());
        happened = true;
        admission.placed(entry, id);
        notices.onAppend(id, id, FrameFormat.frameBytes(scratch.size()));
        flush = flushes ? commits.join(scratch.waiter(), false) : null;
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

  /** Appends entries that are recovered all or not at all, and flushes if that is due. */
  long appendBatch(List<? extends E> batch) throws IOException {
    if (batch.isEmpty()) {
      throw new IllegalArgumentException("an atomic batch has at least one entry");
    }
    Scratch scratch = scratches.take();
    boolean happened = false;
    try {
      int[] ends = new int[batch.size()];
      int frameBytes = encoder.encode(scratch, batch, ends);
      long id;
      Waiter.OfThread flush;
      lock.lock();
      try {
        reserve(scratch, ends.length, frameBytes);
        boolean flushes = isFlushDue();
        id = queue.batch(scratch.bytes(), ends);
        happened = true;
        notices.onAppend(id - ends.length + 1, id, frameBytes);
        flush = flushes ? commits.join(scratch.waiter(), false) : null;
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

  /** Appends an entry, if it is admitted, and waits until it survives power loss. Else 0. */
  long appendDurable(E entry) throws IOException {
    Scratch scratch = scratches.take();
    boolean happened = false;
    try {
      byte[] bytes = encoder.encode(scratch, entry);
      long unused = StackRoom.prove();
      long id = 0;
      Waiter.OfThread durable = null;
      lock.lock();
      try {
        reserve(scratch, 1, FrameFormat.frameBytes(scratch.size()));
        if (admission.admits(entry)) {
          id = queue.entry(bytes, scratch.size());
          happened = true;
          admission.placed(entry, id);
          notices.onAppend(id, id, FrameFormat.frameBytes(scratch.size()));
          durable = commits.join(scratch.waiter(), true);
        }
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

  /** Appends an entry, whose future is settled once it survives power loss. */
  AppendFuture appendAsync(E entry) throws IOException {
    Scratch scratch = scratches.take();
    boolean happened = false;
    try {
      byte[] bytes = encoder.encode(scratch, entry);
      DurableFuture durable;
      lock.lock();
      try {
        reserve(scratch, 1, FrameFormat.frameBytes(scratch.size()));
        durable = new DurableFuture(queue.nextId(), queue.position() + 1, commits);
        long id = queue.entry(bytes, scratch.size());
        happened = true;
        admission.placed(entry, id);
        notices.onAppend(id, id, FrameFormat.frameBytes(scratch.size()));
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
   * Appends a CHECKPOINT before the first entry of a segment, and waits until it survives power
   * loss. What the segment says already is not said again.
   *
   * @param marker what it says
   * @param path its path in UTF-8
   */
  MarkerPosition appendCheckpoint(Marker marker, byte[] path) throws IOException {
    int frameBytes = FrameFormat.frameBytes(FrameFormat.COVERED_BYTES + path.length);
    Waiter.OfThread waiter = new Waiter.OfThread();
    boolean happened = false;
    try {
      long unused = StackRoom.prove();
      Waiter.OfThread durable;
      Marker appended = marker;
      lock.lock();
      try {
        reserveFirstOfSegment(waiter, frameBytes);
        Marker last = lastMarker;
        SegmentName segment = queue.segment().name();
        if (last != null && segment.equals(markedSegment) && last.saysTheSameAs(marker)) {
          appended = last;
        } else {
          queue.checkpoint(marker, path);
          happened = true;
          lastMarker = marker;
          markedSegment = segment;
          notices.markerAppended(frameBytes);
        }
        durable = commits.join(waiter, true);
      } finally {
        unlock();
      }
      commits.await(durable);
      covers(marker.coveredId());
      return appended.position();
    } catch (RuntimeException | Error e) {
      commits.brokenOff(waiter, happened, e);
      throw e;
    }
  }

  /**
   * Makes the log go on at an entry, without what followed it, and waits until that is durable.
   *
   * @param firstEntryId the entry
   * @param isCovered whether everything before it is kept elsewhere; if not, the log has to hold it
   */
  void startOver(long firstEntryId, boolean isCovered) throws IOException {
    Waiter.OfThread waiter = new Waiter.OfThread();
    boolean happened = false;
    try {
      long unused = StackRoom.prove();
      Waiter.OfThread durable;
      lock.lock();
      try {
        commits.refuseIfDone();
        long nextId = queue.nextId();
        if (!isCovered && firstEntryId > nextId) {
          throw new IllegalArgumentException(
              "cannot cut off what follows entry "
                  + (firstEntryId - 1)
                  + ": the log ends at entry "
                  + (nextId - 1));
        }
        commits.prepare();
        int flags =
            (firstEntryId < nextId ? FileHeader.REWINDS : 0) | (isCovered ? FileHeader.COVERED : 0);
        if (flags != 0) {
          queue.refuseBeyondEnd(0, true);
          queue.startOver(firstEntryId, flags);
          happened = true;
        }
        durable = commits.join(waiter, true);
      } finally {
        unlock();
      }
      commits.await(durable);
      if (isCovered) {
        covers(firstEntryId - 1);
      }
    } catch (RuntimeException | Error e) {
      commits.brokenOff(waiter, happened, e);
      throw e;
    }
  }

  private void covers(long throughId) {
    long unused = StackRoom.prove();
    lock.lock();
    try {
      coveredId = Math.max(coveredId, throughId);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the payload of an entry that waits to be written, or null if it does not. */
  byte @Nullable [] waiting(long id) {
    long unused = StackRoom.proveForCall();
    lock.lock();
    try {
      return queue.payloadOf(id);
    } finally {
      lock.unlock();
    }
  }

  /** Makes everything that was appended written, or durable. */
  void commitAll(boolean sync) throws IOException {
    Waiter.OfThread waiter = new Waiter.OfThread();
    try {
      long unused = StackRoom.prove();
      Waiter.OfThread all;
      lock.lock();
      try {
        commits.refuseIfDone();
        commits.prepare();
        all = commits.join(waiter, sync);
      } finally {
        unlock();
      }
      commits.await(all);
    } catch (RuntimeException | Error e) {
      commits.brokenOff(waiter, false, e);
      throw e;
    }
  }

  /** An Error may have come while the lock was given up. */
  private void unlock() {
    if (lock.isHeldByCurrentThread()) {
      lock.unlock();
    }
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

  /** Whether this append is one that is written, by the flush policy. With the lock. */
  private boolean isFlushDue() {
    if (appendsPerFlush == 0) {
      return false;
    }
    if (unflushedAppends + 1 < appendsPerFlush) {
      unflushedAppends++;
      return false;
    }
    long unused = StackRoom.prove();
    unflushedAppends = 0;
    return true;
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
    queue.refuseBeyondEnd(0, rotates);
    if (rotates) {
      queue.rotate();
    }
  }
}
