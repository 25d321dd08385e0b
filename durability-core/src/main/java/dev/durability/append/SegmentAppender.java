package dev.durability.append;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFile;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.frame.WallClock;
import dev.durability.log.SegmentRange;
import dev.durability.segment.Background;
import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import dev.durability.segment.SegmentStart;
import dev.durability.segment.Spare;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks into segments, syncs them, and starts a segment where the one before ended. Used by
 * one thread at a time: the one that leads a round. All input and output of an open log is here.
 *
 * <p>It fails with {@link OutcomeOpenException} if the same block can be written again, and with
 * anything else if the writer has to stop for good.
 */
public final class SegmentAppender {
  /**
   * Zero-filling saves each sync the metadata, and writes all twice. It pays if syncs are small.
   */
  private static final long ZERO_FILLED_FOR_BYTES_A_SYNC_MAX = 256 << 10;

  private final Directory directory;
  private final LockCheck lock;
  private final SegmentSettings settings;
  private final AppendEvents events;
  private final UUID logId;
  private final Background background = new Background();
  private final Spare spare;
  private final Reserve reserve;
  private final FrameEncoder encoder = new FrameEncoder();
  private final ByteBuffer promise =
      ByteBuffer.allocateDirect(FrameFormat.PROMISE_FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private final List<SegmentRange> ended;
  private SegmentPlan segment;
  private @Nullable FrameFile file;
  private @Nullable SegmentStart coming;
  private @Nullable SegmentStart naming;
  private long writtenId;
  private long durableId;
  private long promisedId;
  private long lastStampMicros;
  private long writtenBytes;
  private long syncsInSegment;
  private boolean dirty;
  private boolean reserved;

  public SegmentAppender(
      Directory directory,
      DirectoryLock lock,
      SegmentSettings settings,
      AppendEvents events,
      LogStart start) {
    this.directory = directory;
    this.lock = new LockCheck(lock);
    this.settings = settings;
    this.events = events;
    this.logId = start.logId();
    this.segment = start.plan();
    this.lastStampMicros = start.lastStampMicros();
    this.ended = new CopyOnWriteArrayList<>(ranges(start));
    this.spare = new Spare(directory, background);
    this.reserve = new Reserve(directory, background);
    this.writtenId = segment.name().firstEntryId() - 1;
    this.durableId = writtenId;
    this.promisedId = writtenId;
  }

  private static List<SegmentRange> ranges(LogStart start) {
    List<SegmentRange> ranges = new ArrayList<>();
    List<SegmentName> names = new ArrayList<>(start.older());
    names.add(start.plan().name());
    for (int i = 0; i < names.size() - 1; i++) {
      SegmentName name = names.get(i);
      long lastId = names.get(i + 1).firstEntryId() - 1;
      ranges.add(new SegmentRange(name.segmentId(), name.firstEntryId(), lastId, name.path()));
    }
    return ranges;
  }

  /** The segments that ended and are there, oldest first. Any thread. */
  public List<SegmentRange> ended() {
    return ended;
  }

  /** A segment was removed. Any thread. */
  public void forget(SegmentRange segmentThatEnded) {
    ended.remove(segmentThatEnded);
  }

  /** Whether the log's lock is held. */
  public LockCheck lock() {
    return lock;
  }

  /** Creates the first segment of this writer. */
  public void start() throws IOException {
    try {
      lock.requireNow();
      enter(segment);
      awaitName();
    } catch (Throwable e) {
      try {
        abandon();
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /** Whether this thread is one of those that work on segments, for which closing waits. */
  public boolean isOnItsThread() {
    return background.isOnItsThread();
  }

  /** The last entry that is in the file. */
  long writtenId() {
    return writtenId;
  }

  /** The last entry that survives power loss. */
  long durableId() {
    return durableId;
  }

  /** Whether something durable is not yet promised in the log, and can be. */
  boolean owesPromise() {
    return durableId > promisedId && (file != null || coming != null);
  }

  /** Whether the next segment has a file already, so that a full one can end without a delay. */
  boolean nextSegmentIsReady() {
    return spare.isReady();
  }

  /**
   * Writes a block; one that ends a segment is durable when this returns.
   *
   * @param syncFollows whether a sync comes next: the name of a new segment becomes durable with it
   */
  void write(Block block, boolean syncFollows) throws IOException {
    lock.requireToWrite();
    if (file == null) {
      enter(block.segment());
      if (!syncFollows) {
        awaitName();
      }
    }
    FrameFile target = Objects.requireNonNull(file);
    SegmentPlan successor = block.successor();
    long promising = durableId;
    boolean marks = promising > promisedId && !block.isEmpty();
    ByteBuffer frames = marks ? block.framesAfterMark(encoder, promising, stamp()) : block.frames();
    if (successor != null) {
      block.withEnd(encoder, promising, stamp());
    }
    int bytes = frames.remaining();
    write(target, frames);
    writtenId = block.nextId() - 1;
    writtenBytes += bytes;
    promisedId = marks || successor != null ? promising : promisedId;
    events.onFlush(writtenId, bytes);
    if (successor != null) {
      endSegment(target, successor);
    } else {
      prepareSpare(target);
    }
  }

  private void write(FrameFile target, ByteBuffer frames) throws IOException {
    dirty = true;
    try {
      target.write(frames);
    } catch (OutcomeOpenException full) {
      spare.discard(); // Its room may be what is missing.
      throw full;
    }
  }

  /** Makes everything that was written durable. */
  void sync() throws IOException {
    FrameFile target = file;
    if (target != null && dirty) {
      sync(target);
    }
  }

  private void sync(FrameFile target) throws IOException {
    long start = System.nanoTime();
    lock.roundWritten();
    target.sync();
    awaitName();
    lock.requireToAcknowledge();
    dirty = false;
    syncsInSegment++;
    durableId = writtenId;
    events.onSync(durableId, System.nanoTime() - start);
  }

  /**
   * Puts a promise of what is durable into the log, if it has none yet: a MARK, or the header of
   * the next segment if one has ended.
   */
  void mark() throws IOException {
    if (!owesPromise()) {
      return;
    }
    lock.requireToWrite();
    FrameFile target = file;
    if (target == null) {
      enter(Objects.requireNonNull(coming).plan());
      awaitName();
      return;
    }
    long promising = durableId;
    promise.clear();
    encoder.promise(promise, segment.salt(), FrameKind.MARK, writtenId + 1, promising, stamp());
    write(target, promise.flip());
    promisedId = promising;
  }

  /** Until then nothing in the segment is acknowledged. */
  private void awaitName() throws IOException {
    if (naming != null) {
      naming.awaitDurable();
      naming = null;
      reserve.giveBack();
    }
  }

  /**
   * A segment gets its successor only after all of it is synced: the successor's header promises
   * every entry before it. The header itself is made durable meanwhile.
   */
  private void endSegment(FrameFile target, SegmentPlan successor) throws IOException {
    SegmentStart unused = begin(successor);
    sync(target);
    file = null;
    if (reserved) {
      reserve.endsIn(target);
    } else {
      close(target);
    }
    SegmentRange range =
        new SegmentRange(
            segment.name().segmentId(),
            segment.name().firstEntryId(),
            writtenId,
            segment.name().path());
    ended.add(range);
    events.onRotate(range);
  }

  private SegmentStart begin(SegmentPlan plan) {
    SegmentStart start = new SegmentStart(directory, background, spare, plan, header(plan));
    coming = start; // Before it begins: whatever happens from here on, closing ends it.
    start.begin();
    return start;
  }

  private static void close(FrameFile ended) throws IOException {
    try {
      ended.close();
    } catch (Error e) {
      AfterFailure.close(e, ended); // Closing again does no harm.
      throw e;
    }
  }

  /** Goes on in a segment that starts where the one before ended. */
  private void enter(SegmentPlan plan) throws IOException {
    SegmentStart start = coming == null ? begin(plan) : coming;
    try {
      file = start.enter();
      coming = null;
    } catch (IOException e) {
      coming = null; // It has closed its file. After an Error, closing does that.
      throw e;
    }
    naming = start;
    segment = plan;
    dirty = false;
    reserved = start.isReserved();
    syncsInSegment = 0;
    promisedId = plan.name().firstEntryId() - 1;
    writtenBytes += FileHeader.BYTES;
  }

  /** Everything is durable: ends the last segment and promises all of it. */
  public void finish() throws IOException {
    FrameFile target = file;
    try {
      spare.close(); // Its room may be what END needs.
      if (target != null) {
        end(target);
      }
      file = null;
    } catch (IOException e) {
      file = null; // It was closed. After an Error it may not have been.
      throw e;
    } finally {
      abandon();
    }
  }

  private void end(FrameFile target) throws IOException {
    try (target) {
      sync();
      lock.requireToWrite();
      promise.clear();
      encoder.promise(promise, segment.salt(), FrameKind.END, writtenId + 1, durableId, stamp());
      target.write(promise.flip());
      if (reserved) {
        reserve.cut(target);
      }
      target.sync();
      lock.requireNow();
    } catch (OutcomeOpenException e) {
      throw new DurabilityException(
          "everything appended is durable, but the END of "
              + target.path()
              + " could not be written; the next opening writes it",
          e.getCause());
    }
  }

  /** Gives up the files as they are. After an Error, doing it again does what is left. */
  public void abandon() throws IOException {
    FrameFile target = file;
    try {
      if (target != null) {
        target.close();
      }
      file = null;
    } finally {
      closeBackground();
    }
  }

  private void closeBackground() {
    spare.close();
    reserve.giveBack();
    if (coming != null) {
      coming.discard();
      coming = null;
    }
    background.close();
  }

  private ByteBuffer header(SegmentPlan plan) {
    return new FileHeader(
            FileType.SEGMENT,
            logId,
            plan.name().segmentId(),
            plan.name().firstEntryId(),
            stamp(),
            plan.previousSalt(),
            plan.salt())
        .encode();
  }

  private void prepareSpare(FrameFile target) {
    long size = Math.min(settings.segmentBytes(), settings.preallocatedBytesMax());
    long position = target.position();
    if (size > 0
        && position > settings.segmentBytes() / 2
        && position <= syncsInSegment * ZERO_FILLED_FOR_BYTES_A_SYNC_MAX) {
      spare.prepare(size, writtenBytes);
    }
  }

  private long stamp() {
    lastStampMicros = WallClock.stamp(settings.clock(), lastStampMicros);
    return lastStampMicros;
  }
}
