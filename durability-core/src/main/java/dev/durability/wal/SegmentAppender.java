package dev.durability.wal;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFile;
import dev.durability.frame.FrameFormat;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
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
 * <p>It fails with {@link OutcomeOpenException} where the same block can be written again, and with
 * anything else where the writer has to stop for good.
 */
final class SegmentAppender {
  private final Directory directory;
  private final WalOptions options;
  private final Notices notices;
  private final UUID logId;
  private final Spare spare;
  private final FrameEncoder encoder = new FrameEncoder();
  private final ByteBuffer promise =
      ByteBuffer.allocateDirect(FrameFormat.PROMISE_FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private final List<SegmentRange> ended;
  private SegmentPlan segment;
  private @Nullable FrameFile file;
  private long writtenId;
  private long durableId;
  private long promisedId;
  private long lastStampMicros;
  private long writtenBytes;
  private boolean dirty;
  private boolean reserved;

  SegmentAppender(
      Directory directory, WalOptions options, Notices notices, LogOpening.Opened opened) {
    this.directory = directory;
    this.options = options;
    this.notices = notices;
    this.logId = opened.logId();
    this.segment = opened.plan();
    this.lastStampMicros = opened.lastStampMicros();
    this.ended = new CopyOnWriteArrayList<>(ranges(opened));
    this.spare = new Spare(directory);
    this.writtenId = segment.name().firstEntryId() - 1;
    this.durableId = writtenId;
    this.promisedId = writtenId;
  }

  private static List<SegmentRange> ranges(LogOpening.Opened opened) {
    List<SegmentRange> ranges = new ArrayList<>();
    List<SegmentName> names = new ArrayList<>(opened.older());
    names.add(opened.plan().name());
    for (int i = 0; i < names.size() - 1; i++) {
      SegmentName name = names.get(i);
      long lastId = names.get(i + 1).firstEntryId() - 1;
      ranges.add(new SegmentRange(name.segmentId(), name.firstEntryId(), lastId, name.path()));
    }
    return ranges;
  }

  /** The segments that ended and are there, oldest first. Any thread. */
  List<SegmentRange> ended() {
    return ended;
  }

  /** A segment was removed. Any thread. */
  void forget(SegmentRange segmentThatEnded) {
    ended.remove(segmentThatEnded);
  }

  /** Creates the first segment of this writer. */
  void start() throws IOException {
    startSegment(segment);
  }

  /** The last entry that is in the file. */
  long writtenId() {
    return writtenId;
  }

  /** The last entry that survives power loss. */
  long durableId() {
    return durableId;
  }

  /** Whether something durable is not yet promised in the log. */
  boolean owesPromise() {
    return durableId > promisedId;
  }

  /** Writes a block; one that ends a segment is durable when this returns. */
  void write(Block block) throws IOException {
    if (file == null) {
      startSegment(block.segment());
    }
    FrameFile target = Objects.requireNonNull(file);
    long promising = durableId;
    boolean marks = promising > promisedId && !block.isEmpty();
    ByteBuffer frames =
        marks ? block.framesBehindMark(encoder, promising, stamp()) : block.frames();
    if (block.endsSegment()) {
      block.withEnd(frames, encoder, promising, stamp());
    }
    int bytes = frames.remaining();
    write(target, frames);
    writtenId = block.nextId() - 1;
    writtenBytes += bytes;
    promisedId = marks || block.endsSegment() ? promising : promisedId;
    notices.onFlush(writtenId, bytes);
    if (block.endsSegment()) {
      endSegment(target);
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
  void sync() throws WriterPoisonedException {
    FrameFile target = file;
    if (target != null && dirty) {
      sync(target);
    }
  }

  private void sync(FrameFile target) throws WriterPoisonedException {
    long start = System.nanoTime();
    target.sync();
    dirty = false;
    durableId = writtenId;
    notices.onSync(durableId, System.nanoTime() - start);
  }

  /** Writes a MARK for what is durable, if none was written yet. */
  void mark() throws IOException {
    FrameFile target = file;
    if (target == null || !owesPromise()) {
      return;
    }
    long promising = durableId;
    promise.clear();
    encoder.promise(promise, segment.salt(), FrameFormat.MARK, writtenId + 1, promising, stamp());
    write(target, promise.flip());
    promisedId = promising;
  }

  /**
   * A segment gets its successor only after all of it is synced: the successor's header promises
   * every entry before it.
   */
  private void endSegment(FrameFile target) throws IOException {
    cutReserve(target);
    sync(target);
    file = null;
    target.close();
    SegmentRange range =
        new SegmentRange(
            segment.name().segmentId(),
            segment.name().firstEntryId(),
            writtenId,
            segment.name().path());
    ended.add(range);
    notices.onRotate(range);
  }

  /** Only where there is one: a store that cannot cut reserves nothing. */
  private void cutReserve(FrameFile target) throws IOException {
    if (reserved && sizeOf(target) > target.position()) {
      target.cutReserve();
    }
  }

  private long sizeOf(FrameFile target) throws IOException {
    try (ReadFile file = directory.open(target.path())) {
      return file.size();
    }
  }

  /** Everything is durable: ends the last segment and promises all of it. */
  void finish() throws IOException {
    spare.close();
    FrameFile target = file;
    if (target == null) {
      return;
    }
    try (target) {
      sync();
      promise.clear();
      encoder.promise(promise, segment.salt(), FrameFormat.END, writtenId + 1, durableId, stamp());
      target.write(promise.flip());
      cutReserve(target);
      target.sync();
    } catch (OutcomeOpenException e) {
      throw new DurabilityException(
          "everything appended is durable, but the end of "
              + target.path()
              + " could not be written; the next opening does that",
          e.getCause());
    } finally {
      file = null;
    }
  }

  /** Gives up the files as they are. */
  void abandon() throws IOException {
    spare.close();
    FrameFile target = file;
    file = null;
    if (target != null) {
      target.close();
    }
  }

  /**
   * Creates a segment: header and sync before the rename, so that a final name never stands for
   * less than a whole header, and the directory's sync before anything in it can be acknowledged.
   */
  private void startSegment(SegmentPlan plan) throws IOException {
    String path = plan.name().path();
    AppendFile prepared = spare.take();
    String temporary = prepared == null ? path + LogFiles.TEMPORARY : spare.path();
    AppendFile made = null;
    try {
      made = prepared == null ? create(temporary) : prepared;
      made.write(header(plan));
    } catch (IOException failure) {
      giveUp(made, temporary, failure);
      throw new OutcomeOpenException(
          "creating the segment "
              + path
              + " failed; what has an id stays in memory and is written first: make room, then sync"
              + " again",
          failure);
    }
    try {
      made.sync();
      directory.rename(temporary, path);
      directory.sync(LogFiles.SEGMENTS);
    } catch (IOException failure) {
      closeAfter(failure, made);
      throw new WriterPoisonedException(
          "making the segment " + path + " durable failed; close the writer and open the log again",
          failure);
    }
    file = new FrameFile(path, made);
    segment = plan;
    dirty = false;
    reserved = prepared != null;
    promisedId = plan.name().firstEntryId() - 1;
    writtenBytes += FileHeader.BYTES;
  }

  /** An attempt that failed may have left the file behind. */
  private AppendFile create(String temporary) throws IOException {
    if (directory.exists(temporary)) {
      directory.delete(temporary);
    }
    return directory.create(temporary, 0);
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

  private void giveUp(@Nullable AppendFile made, String temporary, IOException failure) {
    if (made != null) {
      closeAfter(failure, made);
    }
    try {
      if (directory.exists(temporary)) {
        directory.delete(temporary);
      }
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }

  private static void closeAfter(IOException failure, AppendFile made) {
    try {
      made.close();
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }

  private void prepareSpare(FrameFile target) {
    long size = Math.min(options.segmentBytes(), options.preallocatedBytesMax());
    if (size > 0 && target.position() > options.segmentBytes() / 2) {
      spare.prepare(size, writtenBytes);
    }
  }

  private long stamp() {
    lastStampMicros = LogOpening.stamp(options.clock(), lastStampMicros);
    return lastStampMicros;
  }
}
