package dev.durability.append;

import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What was appended and not yet written: blocks in order, at most two that are used again and
 * again. It gives out entry ids and decides where a segment ends. In memory alone; guarded by the
 * writer's lock.
 *
 * <p>An entry is encoded first and then taken over by assignments alone, so that an Error in the
 * middle leaves it out. What takes more than assignments is marked by {@link #changing}: an Error
 * in the middle of that leaves a queue of which nothing may be written any more.
 */
public final class AppendQueue {
  private static final int WRITE_BYTES_MIN = 256 << 10;
  private static final int WRITE_BYTES_MAX = 896 << 10;

  private final FrameEncoder encoder = new FrameEncoder();
  private final long segmentBytes;
  private final long segmentNanos;
  private final LongSupplier nanoTime;
  private final int writeBytes;
  private final BlockPool pool;
  private final ArrayDeque<Block> full = new ArrayDeque<>();
  private @Nullable Block open;
  private SegmentPlan segment;
  private long firstEntryNanos;
  private long plannedBytes;
  private long nextId;
  private long position;
  private long startedOverAt;
  private long coveredId;
  private int lastFrameBytes;
  private boolean changing;

  public AppendQueue(SegmentSettings settings, SegmentPlan first) {
    this(settings, first, System::nanoTime);
  }

  /** The same, with another clock for the age of segments: one that nobody sets. */
  AppendQueue(SegmentSettings settings, SegmentPlan first, LongSupplier nanoTime) {
    this.segmentBytes = settings.segmentBytes();
    this.segmentNanos = settings.segmentNanosMax();
    this.nanoTime = nanoTime;
    int mostOfABlock = settings.bufferBytes() / 8 * 7;
    this.writeBytes = Math.max(WRITE_BYTES_MIN, Math.min(WRITE_BYTES_MAX, mostOfABlock));
    this.pool = new BlockPool(settings.bufferBytes());
    this.segment = first;
    this.plannedBytes = first.beginningBytes();
    this.nextId = first.name().firstEntryId();
  }

  public long nextId() {
    return nextId;
  }

  /** How many entries and markers were appended since the log was opened. */
  public long position() {
    return position;
  }

  /** The position of the last append that made the log start over, 0 if none did. */
  public long startedOverAt() {
    return startedOverAt;
  }

  public SegmentPlan segment() {
    return segment;
  }

  public long segmentBytes() {
    return plannedBytes; // With room for marks, as counted against the limit.
  }

  public boolean segmentHasEntries() {
    return nextId > segment.name().firstEntryId();
  }

  /** Whether an Error ended a change in the middle. */
  boolean isBroken() {
    return changing || pool.isBroken();
  }

  boolean isEmpty() {
    return full.isEmpty() && (open == null || open.isEmpty());
  }

  /**
   * Whether so much was appended that it is better written at once than left to pile up: it would
   * leave the processor's cache, and writing it then takes twice as long.
   */
  public boolean isWorthWriting() {
    return open != null && open.frameBytes() >= writeBytes;
  }

  /**
   * Refuses entries whose ids would go beyond the last that there is, or that would need a segment
   * beyond the last that there is. Nothing that was appended is touched by that.
   */
  public void refuseBeyondEnd(int entries, boolean inNewSegment) throws DurabilityException {
    if (entries > FrameFormat.ENTRY_ID_MAX - (nextId - 1)) {
      throw new DurabilityException(
          "the log has used up its entry ids, which end at 2^63-2: the next would be "
              + nextId
              + (entries > 1 ? ", and " + entries + " are wanted" : "")
              + ". Nothing was appended; start a new log in another directory");
    }
    if (inNewSegment && !hasSuccessor()) {
      throw SegmentName.noneFollows();
    }
  }

  private boolean hasSuccessor() {
    return segment.name().segmentId() < SegmentName.ID_MAX;
  }

  /** Whether frames of this many bytes go into the next segment: this one is full, or old. */
  public boolean needsRotation(long frameBytes) {
    return segmentHasEntries()
        && (plannedBytes + frameBytes + FrameFormat.PROMISE_FRAME_BYTES > segmentBytes || isOld());
  }

  private boolean isOld() {
    return segmentNanos != Long.MAX_VALUE && nanoTime.getAsLong() - firstEntryNanos >= segmentNanos;
  }

  /** The age of a segment counts from its first entry: an empty one is never too old. */
  private void startAge() {
    if (segmentNanos != Long.MAX_VALUE && !segmentHasEntries()) {
      firstEntryNanos = nanoTime.getAsLong();
    }
  }

  /**
   * The payload of an entry that waits to be written, or null. What older blocks have may be void.
   */
  public byte @Nullable [] payloadOf(long id) {
    if (id >= nextId) {
      return null;
    }
    byte[] payload = open == null ? null : open.payloadOf(id);
    for (Iterator<Block> each = full.descendingIterator(); payload == null && each.hasNext(); ) {
      payload = each.next().payloadOf(id);
    }
    return payload;
  }

  /** Ends the segment after what was appended, and starts the next. */
  public void rotate() {
    endSegment(segment.next(nextId, SegmentPlan.randomSalt()), nextId, position);
  }

  /**
   * Ends the segment after what was appended, and goes on with another entry in a new one. That has
   * a position, because callers wait for it.
   *
   * @param firstEntryId the entry
   * @param flags what becomes of other entries
   * @throws IllegalArgumentException if something that was appended covers more than what is before
   */
  public void startOver(long firstEntryId, int flags) {
    if (firstEntryId <= coveredId) {
      throw new IllegalArgumentException(
          "the log cannot go on at entry "
              + firstEntryId
              + ": it is covered up to entry "
              + coveredId
              + ". Nothing was cut off");
    }
    endSegment(segment.startingOver(firstEntryId, flags), firstEntryId, position + 1);
    startedOverAt = position;
    coveredId = (flags & FileHeader.COVERED) != 0 ? firstEntryId - 1 : coveredId;
  }

  private void endSegment(SegmentPlan next, long firstEntryId, long endPosition) {
    Block last = lastBlockOfSegment();
    Block end = last == null ? Block.single(0, segment, nextId, position) : last;
    changing = true;
    if (last == null) {
      pool.lent();
    }
    end.endSegment(next);
    end.position = endPosition;
    if (end != full.peekLast()) {
      full.add(end);
    }
    open = null;
    segment = next;
    nextId = firstEntryId;
    position = endPosition;
    plannedBytes = segment.beginningBytes();
    changing = false;
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
  public boolean reserve(int frameBytes) {
    if (open != null && open.room() >= frameBytes) {
      return true;
    }
    Block before = open;
    if (before != null) {
      changing = true;
      if (before.isEmpty()) {
        pool.giveBack(before);
      } else {
        full.add(before);
        pool.growBlocks();
      }
      open = null;
      changing = false;
    }
    open = pool.take(frameBytes, segment, nextId, position);
    return open != null;
  }

  /**
   * Appends an entry for which room was made.
   *
   * @param payload holds the encoded entry
   * @param length how many bytes it has, from the first on
   * @return its id
   */
  public long entry(byte[] payload, int length) {
    startAge();
    Block block = Objects.requireNonNull(open);
    block.sealIfMany(encoder);
    int end = block.entry(encoder, block.end, FrameKind.ENTRY, nextId, payload, 0, length);
    return take(block, end, 1, end - block.end);
  }

  /**
   * Appends an atomic batch for which room was made.
   *
   * @param payloads holds the encoded entries
   * @param ends where each of them ends
   * @return the id of the last
   */
  public long batch(byte[] payloads, int[] ends) {
    startAge();
    Block block = Objects.requireNonNull(open);
    int at = block.end;
    int lastAt = at;
    int from = 0;
    block.sealIfMany(encoder);
    for (int i = 0; i < ends.length; i++) {
      lastAt = at;
      FrameKind kind = i < ends.length - 1 ? FrameKind.PART : FrameKind.ENTRY;
      at = block.entry(encoder, at, kind, nextId + i, payloads, from, ends[i] - from);
      from = ends[i];
    }
    return take(block, at, ends.length, at - lastAt);
  }

  /**
   * Appends a CHECKPOINT for which room was made. The segment has no entry yet: a CHECKPOINT after
   * one is not looked for.
   *
   * @param marker what it says; its offset becomes known when it is written
   * @param path its path in UTF-8
   * @throws IllegalArgumentException if it covers more than what was appended and not cut off
   */
  public void checkpoint(Marker marker, byte[] path) {
    if (marker.coveredId() >= nextId) {
      throw new IllegalArgumentException(
          "a checkpoint cannot cover entry "
              + marker.coveredId()
              + ": the log ends at entry "
              + (nextId - 1));
    }
    Block block = Objects.requireNonNull(open);
    int end = block.checkpoint(encoder, nextId, marker, path);
    plannedBytes += end - block.end;
    coveredId = Math.max(coveredId, marker.coveredId());
    marker.before = block.marker;
    marker.at = block.end;
    block.marker = marker;
    block.end = end;
    block.position = position + 1;
    position++;
  }

  /** What was encoded gets its place. Nothing is called from here on: all of it or nothing. */
  private long take(Block block, int end, int entries, int lastEntryFrameBytes) {
    block.notePlace();
    plannedBytes += end - block.end;
    lastFrameBytes = lastEntryFrameBytes;
    block.end = end;
    block.nextId = nextId + entries;
    block.position = position + entries;
    nextId += entries;
    position += entries;
    return nextId - 1;
  }

  /**
   * Moves all blocks, in order, to where they are written from.
   *
   * @param endsFullSegment whether a segment ends now that another entry like the last would not
   *     fit into: its END then costs no sync of its own
   */
  void takeInto(Deque<Block> target, boolean endsFullSegment) {
    plannedBytes += FrameFormat.PROMISE_FRAME_BYTES; // Each round may put a MARK before them.
    changing = true;
    if (open != null && !open.isEmpty()) {
      if (endsFullSegment && needsRotation(lastFrameBytes) && hasSuccessor()) {
        rotate();
        changing = true;
      } else {
        full.add(open);
        open = null;
      }
    }
    for (Block block = full.poll(); block != null; block = full.poll()) {
      target.add(block);
    }
    changing = false;
  }

  /** Whether an appender may soon have to wait for a block that was taken. */
  boolean isShort() {
    return pool.isShort();
  }

  /** Gives back a block that was written. */
  void recycle(Block written) {
    pool.giveBack(written);
  }

  /** Gives back the memory of the pool, once all is written and nothing is appended any more. */
  public void release() {
    if (open != null && open.isEmpty()) {
      open.release();
      open = null;
    }
    pool.release();
  }

  /** Puts back blocks that could not be written, before all others. */
  void putBack(Deque<Block> unwritten) {
    for (Block block = unwritten.pollLast(); block != null; block = unwritten.pollLast()) {
      full.addFirst(block);
    }
  }
}
