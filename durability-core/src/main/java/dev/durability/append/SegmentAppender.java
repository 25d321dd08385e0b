package dev.durability.append;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFile;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.frame.WallClock;
import dev.durability.log.SegmentRange;
import dev.durability.segment.Background;
import dev.durability.segment.EntryIndex;
import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import dev.durability.segment.SegmentStart;
import dev.durability.segment.Spare;
import dev.durability.segment.StartingOver;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * All input and output of an open log: writes blocks into segments, syncs them, and starts
 * segments. Used by the thread that leads a round.
 *
 * <p>It fails with {@link OutcomeOpenException} if the same block can be written again, and with
 * anything else if the writer has to stop for good.
 */
public final class SegmentAppender {
  private final Directory directory;
  private final LockCheck lock;
  private final SegmentSettings settings;
  private final AppendEvents events;
  private final UUID logId;
  private final Background background = new Background();
  private final Spare spare;
  private final Reserve reserve;
  final EntryIndex index = new EntryIndex(); // These two are for any thread.
  final Cuts cuts = new Cuts();
  private final FrameEncoder encoder = new FrameEncoder();
  private final ByteBuffer promise =
      ByteBuffer.allocateDirect(FrameFormat.PROMISE_FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private final List<SegmentRange> ended;
  private volatile SegmentPlan segment;
  private @Nullable FrameFile file;
  private @Nullable SegmentStart coming;
  private @Nullable SegmentStart naming;
  private long placed;
  private long written;
  private volatile long writtenId;
  private long durable;
  private volatile long durableId;
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
    this.ended = new CopyOnWriteArrayList<>(start.older());
    this.spare = new Spare(directory, background);
    this.reserve = new Reserve(directory, background);
    this.writtenId = segment.name().firstEntryId() - 1;
    this.durableId = writtenId;
    this.promisedId = writtenId;
  }

  /** The segments that ended and are there, oldest first. Whoever removes one takes it out here. */
  public List<SegmentRange> ended() {
    return ended;
  }

  /** The segment that is being written, or ended last. Any thread. */
  public SegmentName live() {
    return segment.name();
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
      AfterFailure.close(e, this::abandon);
      throw e;
    }
  }

  /** Whether this thread is one of those that work on segments, for which closing waits. */
  public boolean isOnItsThread() {
    return background.isOnItsThread();
  }

  /** The position up to which all is flushed. */
  long written() {
    return written;
  }

  /** The position of the last append that survives power loss. */
  long durable() {
    return durable;
  }

  /** The last entry that is in the file. Any thread. */
  public long writtenId() {
    return writtenId;
  }

  /** The last entry that survives power loss. Any thread. */
  public long durableId() {
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
    startOverIfDue();
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
    ByteBuffer frames = marks ? block.marked(encoder, promising, stamp()) : block.frames(encoder);
    if (successor != null) {
      block.withEnd(encoder, promising, stamp());
    }
    int bytes = frames.remaining();
    write(target, frames);
    long entries = block.nextId() - 1 - writtenId;
    writtenId = block.nextId() - 1;
    boolean startsOver = successor != null && successor.flags() != 0;
    placed = block.position() - (startsOver ? 1 : 0);
    writtenBytes += bytes;
    promisedId = marks || successor != null ? promising : promisedId;
    int endBytes = successor == null ? 0 : FrameFormat.PROMISE_FRAME_BYTES;
    block.written(target.position() - endBytes, index);
    events.onFlush(writtenId, entries, bytes);
    if (startsOver) {
      endSegment(target);
      cuts.begin(new StartingOver(Objects.requireNonNull(successor), block.position()));
      endAt(Math.min(writtenId, successor.name().firstEntryId() - 1));
    } else if (successor != null) {
      SegmentStart unused = begin(successor); // Its header becomes durable meanwhile.
      endSegment(target);
    } else {
      long zeros = settings.zerosAhead(target.position(), syncsInSegment);
      if (zeros > 0) {
        spare.prepare(zeros, writtenBytes);
      }
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

  /** Shows all that was written to any reader: it survives the process. */
  void flush() throws IOException {
    if (file != null && written != placed) {
      file.flush();
      written = placed;
    }
  }

  /** Makes everything that was written durable. */
  void sync() throws IOException {
    startOverIfDue();
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
    durable = written = placed;
    events.onSync(durableId, System.nanoTime() - start);
  }

  /**
   * Puts a promise of what is durable into the log, if it has none yet: a MARK, or the header of
   * the next segment if one has ended.
   */
  void mark() throws IOException {
    startOverIfDue();
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
    promise.clear();
    encoder.promise(promise, segment.salt(), FrameKind.MARK, writtenId + 1, durableId, stamp());
    write(target, promise.flip());
    promisedId = durableId;
    target.flush(); // Who follows the log elsewhere waits for it.
  }

  /** Until then nothing in the segment is acknowledged. */
  private void awaitName() throws IOException {
    if (naming != null) {
      naming.awaitDurable();
      naming = null;
      reserve.giveBack();
    }
  }

  /** Makes what starts over durable, atomically. Nothing of what was there is changed. */
  void startOverIfDue() throws IOException {
    StartingOver due = cuts.due();
    if (due == null) {
      return;
    }
    lock.requireNow();
    enter(due.complete(directory, logId, ended));
    awaitName();
    lock.requireNow();
    ended.replaceAll(due::cut);
    endAt(due.lastIdBefore());
    durable = written = placed = due.position();
    cuts.end(due); // After all else: whoever reads beside this looks again.
  }

  private void endAt(long lastId) {
    durableId = lastId;
    writtenId = lastId;
  }

  /**
   * A segment gets its successor only after all of it is synced: the successor's header promises
   * every entry before it.
   */
  private void endSegment(FrameFile target) throws IOException {
    sync(target);
    file = null;
    if (reserved) {
      reserve.endsIn(target);
    } else {
      target.closeForSure();
    }
    SegmentRange range = segment.name().holding(writtenId);
    ended.add(range);
    events.onRotate(range);
  }

  private SegmentStart begin(SegmentPlan plan) {
    SegmentStart start =
        new SegmentStart(directory, background, spare, plan, plan.beginning(logId, stamp()));
    coming = start; // Before it begins: whatever happens from here on, closing ends it.
    start.begin();
    return start;
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
    writtenBytes += plan.beginningBytes();
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
          "everything appended is durable, but no END in " + target.path() + ": opening adds it",
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

  private long stamp() {
    lastStampMicros = WallClock.stamp(settings.clock(), lastStampMicros);
    return lastStampMicros;
  }
}
