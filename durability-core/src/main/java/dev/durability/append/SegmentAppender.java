package dev.durability.append;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.FrameFile;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.log.SegmentRange;
import dev.durability.segment.EntryIndex;
import dev.durability.segment.SegmentEnd;
import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import dev.durability.segment.SegmentStart;
import dev.durability.segment.Spare;
import dev.durability.segment.StartingOver;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
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
  private final PromiseFrames promises;
  private final Rotation rotation;
  private final Spare spare;
  final EntryIndex index = new EntryIndex(); // These two are for any thread.
  final Cuts cuts = new Cuts();

  private final List<SegmentRange> ended;
  private SegmentPlan segment;
  private volatile SegmentName live;
  private @Nullable FrameFile file;
  private long placed;
  private long placedId;
  private long written;
  private volatile long writtenId;
  private long durable;
  private volatile long durableId;
  private long promisedId;
  private long writtenBytes;
  private long syncsInSegment;
  private boolean dirty;
  private boolean reserved;

  public SegmentAppender(
      Directory directory,
      DirectoryLock directoryLock,
      SegmentSettings settings,
      AppendEvents events,
      LogStart start) {
    this.directory = directory;
    this.lock = new LockCheck(directoryLock);
    this.settings = settings;
    this.events = events;
    this.logId = start.logId();
    this.promises = new PromiseFrames(settings.clock(), start.lastStampMicros());
    this.rotation = new Rotation(directory, lock, logId, promises);
    this.spare = rotation.spare;
    this.segment = start.plan();
    this.ended = new CopyOnWriteArrayList<>(start.older());
    this.live = segment.name();
    this.placedId = live.firstEntryId() - 1;
    this.writtenId = placedId;
    this.durableId = placedId;
    this.promisedId = placedId;
  }

  /** The segments that ended and are there, oldest first. Whoever removes one takes it out here. */
  public List<SegmentRange> ended() {
    return ended;
  }

  /** The segment that is being written, or ended last. Any thread. */
  public SegmentName live() {
    return live;
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
      name();
    } catch (Throwable e) {
      AfterFailure.close(e, this::abandon);
      throw e;
    }
  }

  /** Whether this thread is one of those that work on segments, for which closing waits. */
  public boolean isOnItsThread() {
    return rotation.isOnItsThread();
  }

  /** The position up to which all is in files, which may have to be flushed. */
  long placed() {
    return placed;
  }

  /** The position up to which all is flushed. */
  long written() {
    return written;
  }

  /** The position of the last append that survives power loss. */
  long durable() {
    return durable;
  }

  /** The last entry that is in a file that has its name. Any thread. */
  public long writtenId() {
    return writtenId;
  }

  /** The last entry that survives power loss. Any thread. */
  public long durableId() {
    return durableId;
  }

  /** Whether something durable is not yet promised in the log, and can be; or soon will be. */
  boolean owesPromise() {
    return (durableId > promisedId || rotation.isUnderWay())
        && (file != null || rotation.coming() != null);
  }

  /** Whether the next segment has a file already, so that a full one can end without a delay. */
  boolean nextSegmentIsReady() {
    return spare.isReady();
  }

  /**
   * Writes a block. If it ends a segment, that is synced by the next call that needs it durable, or
   * in the background while blocks of the next segment are written.
   */
  void write(Block block) throws IOException {
    lock.requireToWrite();
    startOverIfDue();
    if (rotation.canBeNamed()) {
      settle();
      name();
    }
    if (file == null) {
      enter(block.segment());
    } else {
      rotation.goOn();
    }
    FrameFile target = Objects.requireNonNull(file);
    SegmentPlan successor = block.successor();
    long promising = durableId;
    boolean marks = promising > promisedId && !block.isEmpty();
    ByteBuffer frames = promises.around(block, marks, promising);
    int bytes = frames.remaining();
    write(target, frames);
    long entries = block.nextId() - 1 - placedId;
    placedId = block.nextId() - 1;
    writtenId = rotation.isUnnamed() ? writtenId : placedId;
    boolean startsOver = successor != null && successor.flags() != 0;
    placed = block.position() - (startsOver ? 1 : 0);
    writtenBytes += bytes;
    promisedId = marks || successor != null ? promising : promisedId;
    int endBytes = successor == null ? 0 : FrameFormat.PROMISE_FRAME_BYTES;
    block.written(target.position() - endBytes, index);
    events.onFlush(placedId, entries, bytes);
    if (successor != null) {
      settle();
      name();
      if (!startsOver) {
        rotation.begin(successor);
      }
      rotation.end(new SegmentEnd(target, segment.name().holding(placedId), placed, reserved));
      events.onEnd();
      file = null;
      if (startsOver) {
        endForCut(new StartingOver(successor, block.position()));
      }
    } else if (!rotation.isUnnamed()) { // Else a spare may have become it, under the same name.
      long zeros = settings.zerosAhead(target.position(), syncsInSegment);
      if (zeros > 0) {
        spare.prepare(zeros, writtenBytes);
      }
    }
  }

  /** The segment ends, and what follows does not continue it: nothing is written before that. */
  private void endForCut(StartingOver next) throws IOException {
    settle();
    cuts.begin(next);
    endAt(Math.min(placedId, next.lastIdBefore()));
  }

  private void write(FrameFile target, ByteBuffer frames) throws IOException {
    lock.requireToWrite(); // Whatever this thread waited for since it asked.
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
    if (written != placed) {
      settle();
      if (file != null) {
        file.flush();
      }
      name();
      written = placed;
    }
  }

  /** Makes everything that was written durable. */
  void sync() throws IOException {
    startOverIfDue();
    settle();
    FrameFile target = file;
    if (target != null && (dirty || rotation.isUnnamed())) {
      sync(target);
    }
  }

  /**
   * Waits until the segment that ended is durable, if there is one. It gets its successor only
   * then, because the successor's header promises every entry before it.
   */
  private void settle() throws IOException {
    SegmentEnd end = rotation.awaitEnd();
    if (end != null) {
      durableId = end.range().lastEntryId();
      durable = end.position();
      written = Math.max(written, durable);
      events.onSync(durableId, end.syncNanos());
      rotation.closeEnded(end);
      ended.add(end.range());
      events.onRotate(end.range());
    }
  }

  private void sync(FrameFile target) throws IOException {
    long start = System.nanoTime();
    lock.roundWritten();
    if (rotation.isUnnamed()) {
      rotation.syncUnnamed();
      name();
    } else {
      target.sync();
    }
    lock.requireToAcknowledge();
    dirty = false;
    syncsInSegment++;
    durableId = placedId;
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
    settle();
    FrameFile target = file;
    if (target == null) {
      enter(Objects.requireNonNull(rotation.coming()));
    }
    if (rotation.isUnnamed()) {
      name(); // Its header promises what is durable.
      return;
    }
    rotation.goOn();
    write(
        Objects.requireNonNull(target),
        promises.single(FrameKind.MARK, segment, placedId + 1, durableId));
    promisedId = durableId;
    target.flush(); // Who follows the log elsewhere waits for it.
  }

  /** Gives the segment its name, durably, if it has none: without, nothing in it is kept. */
  private void name() throws IOException {
    if (rotation.name()) {
      named();
    }
  }

  private void named() {
    live = segment.name(); // First: an entry that is written is looked for there.
    writtenId = placedId;
  }

  /** Makes what starts over durable, atomically. Nothing of what was there is changed. */
  void startOverIfDue() throws IOException {
    StartingOver due = cuts.due();
    if (due == null) {
      return;
    }
    lock.requireNow();
    enter(due.complete(directory, logId, ended));
    name();
    lock.requireNow();
    ended.replaceAll(due::cut);
    endAt(due.lastIdBefore());
    durable = written = placed = due.position();
    cuts.end(due); // After all else: whoever reads beside this looks again.
  }

  private void endAt(long lastId) {
    durableId = lastId;
    placedId = lastId;
    writtenId = lastId;
  }

  /** Goes on in a segment that starts where the one before ended. */
  private void enter(SegmentPlan plan) throws IOException {
    SegmentStart start = rotation.enter(plan);
    file = start.file();
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
      if (target == null) {
        settle();
      } else {
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
      target.write(promises.single(FrameKind.END, segment, placedId + 1, durableId));
      if (reserved) {
        rotation.cutReserve(target);
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
      rotation.close();
    }
  }
}
