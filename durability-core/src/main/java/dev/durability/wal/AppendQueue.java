package dev.durability.wal;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was appended and not yet written: blocks in order, at most two that are used again and
 * again. It gives out entry ids and decides where a segment ends. In memory alone; guarded by the
 * writer's lock.
 */
final class AppendQueue {
  private static final int POOLED_BLOCKS = 2;
  private static final int WRITE_BYTES = 256 << 10;

  private final FrameEncoder encoder = new FrameEncoder();
  private final long segmentBytes;
  private final long segmentMillis;
  private final Clock clock;
  private final int blockBytes;
  private final ArrayDeque<Block> full = new ArrayDeque<>();
  private final ArrayDeque<Block> free = new ArrayDeque<>(POOLED_BLOCKS);
  private int pooled;
  private int singlesOutside;
  private @Nullable Block open;
  private SegmentPlan segment;
  private long firstEntryMillis;
  private long plannedBytes = FileHeader.BYTES;
  private long nextId;
  private int lastFrameBytes;

  AppendQueue(WalOptions options, SegmentPlan first) {
    this.segmentBytes = options.segmentBytes();
    Duration age = options.segmentAge();
    this.segmentMillis = age == null ? Long.MAX_VALUE : age.toMillis();
    this.clock = options.clock();
    this.blockBytes = options.bufferBytes();
    this.segment = first;
    this.nextId = first.name().firstEntryId();
  }

  long nextId() {
    return nextId;
  }

  SegmentPlan segment() {
    return segment;
  }

  boolean segmentHasEntries() {
    return nextId > segment.name().firstEntryId();
  }

  boolean isEmpty() {
    return full.isEmpty() && (open == null || open.isEmpty());
  }

  /**
   * Whether so much was appended that it is better written at once than left to pile up: it would
   * leave the processor's cache, and writing it then takes twice as long.
   */
  boolean isWorthWriting() {
    return open != null && open.frameBytes() >= WRITE_BYTES;
  }

  /** Whether frames of this many bytes go into the next segment: this one is full, or old. */
  boolean needsRotation(long frameBytes) {
    return segmentHasEntries()
        && (plannedBytes + frameBytes + FrameFormat.PROMISE_FRAME_BYTES > segmentBytes || isOld());
  }

  private boolean isOld() {
    return segmentMillis != Long.MAX_VALUE && clock.millis() - firstEntryMillis >= segmentMillis;
  }

  /** The age of a segment counts from its first entry: an empty one is never too old. */
  private void startAge() {
    if (segmentMillis != Long.MAX_VALUE && !segmentHasEntries()) {
      firstEntryMillis = clock.millis();
    }
  }

  /** Ends the segment behind what was appended, and starts the next. */
  void rotate() {
    SegmentPlan next = segment.next(nextId, LogOpening.randomSalt());
    Block end = lastBlockOfSegment();
    if (end == null) {
      end = Block.single(0, segment, nextId);
      singlesOutside++;
    }
    end.endSegment(next);
    if (end != full.peekLast()) {
      full.add(end);
    }
    open = null;
    segment = next;
    plannedBytes = FileHeader.BYTES;
  }

  /** The block that is not taken yet and has room for END, or null. */
  private @Nullable Block lastBlockOfSegment() {
    if (open != null) {
      return open;
    }
    Block last = full.peekLast();
    return last != null && last.successor() == null ? last : null;
  }

  /**
   * Makes room for frames of this many bytes, next to each other, in the segment of now.
   *
   * @return whether there is room; if not, something has to be written first
   */
  boolean reserve(int frameBytes) {
    if (open != null && open.room() >= frameBytes) {
      return true;
    }
    if (open != null && !open.isEmpty()) {
      full.add(open);
      open = null;
    }
    if (frameBytes > blockBytes) {
      return reserveSingle(frameBytes);
    }
    if (open == null) {
      open = free.poll();
      if (open != null) {
        open.reuse(segment, nextId);
      } else if (pooled < POOLED_BLOCKS) {
        open = Block.pooled(blockBytes, segment, nextId);
        pooled++;
      }
    }
    return open != null;
  }

  /** A block of its own, for one that no block of the pool can hold; one such at a time. */
  private boolean reserveSingle(int frameBytes) {
    if (singlesOutside > 0) {
      return false;
    }
    Block single = Block.single(frameBytes, segment, nextId);
    if (open != null) {
      free.add(open);
    }
    open = single;
    singlesOutside++;
    return true;
  }

  /** Appends an ENTRY or PART for which room was made; returns its id. */
  long entry(int kind, byte[] payload, int from, int length) {
    startAge();
    Block block = Objects.requireNonNull(open);
    block.entry(encoder, kind, payload, from, length);
    lastFrameBytes = FrameFormat.frameBytes(length);
    plannedBytes += lastFrameBytes;
    return nextId++;
  }

  /** Appends a CHECKPOINT for which room was made; returns its id. */
  long checkpoint(long covered, byte[] path) {
    startAge();
    Block block = Objects.requireNonNull(open);
    block.checkpoint(encoder, covered, path);
    plannedBytes += FrameFormat.frameBytes(FrameFormat.COVERED_BYTES + path.length);
    return nextId++;
  }

  /**
   * Moves all blocks, in order, to where they are written from.
   *
   * @param endsFullSegment whether a segment ends now that another entry like the last would not
   *     fit into: its END then costs no sync of its own
   */
  void takeInto(Deque<Block> target, boolean endsFullSegment) {
    plannedBytes += FrameFormat.PROMISE_FRAME_BYTES; // Each round may put a MARK before them.
    if (open != null && !open.isEmpty()) {
      if (endsFullSegment && needsRotation(lastFrameBytes)) {
        rotate();
      } else {
        full.add(open);
        open = null;
      }
    }
    for (Block block = full.poll(); block != null; block = full.poll()) {
      target.add(block);
    }
  }

  /** Whether an appender may soon have to wait for a block that was taken. */
  boolean isShort() {
    return free.isEmpty() && pooled == POOLED_BLOCKS;
  }

  /** Gives back a block that was written. */
  void recycle(Block written) {
    if (written.isPooled()) {
      free.add(written);
    } else {
      singlesOutside--;
    }
  }

  /** Puts back blocks that could not be written, before all others. */
  void putBack(Deque<Block> unwritten) {
    for (Block block = unwritten.pollLast(); block != null; block = unwritten.pollLast()) {
      full.addFirst(block);
    }
  }
}
