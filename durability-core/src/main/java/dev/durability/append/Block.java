package dev.durability.append;

import dev.durability.frame.DirectMemory;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.segment.EntryIndex;
import dev.durability.segment.SegmentPlan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Encoded frames of one segment that are written with one system call. Room is kept before them for
 * a MARK and after them for END, which are filled in when the block is written: only then is it
 * known what was synced before.
 *
 * <p>A frame is first put after the last one, and belongs to the block only once {@link #end} says
 * so: an Error in the middle of a frame leaves the block as it was.
 */
final class Block {
  private static final int HEAD_BYTES = FrameFormat.PROMISE_FRAME_BYTES;
  private static final int TAIL_BYTES = FrameFormat.PROMISE_FRAME_BYTES;

  /** So many bytes stay in the fastest cache until they are sealed. */
  private static final int UNSEALED_BYTES_MAX = 4 << 10;

  private final @Nullable DirectMemory pooled;
  private final ByteBuffer bytes;
  private final ByteBuffer frames;
  private final long[] placeIds;
  private final int[] placeOffsets;
  private int places;
  private int sealedEnd;
  private SegmentPlan segment;
  private long firstId;
  private @Nullable SegmentPlan successor;

  /** Where the frames of this block end. Assigned by {@link AppendQueue} with {@link #nextId}. */
  int end;

  /** The id of the entry after the last in this block. */
  long nextId;

  /** The position of the last append in this block. */
  long position;

  /** The CHECKPOINT that was put here last, or null. */
  @Nullable Marker marker;

  private Block(
      @Nullable DirectMemory pooled,
      ByteBuffer bytes,
      SegmentPlan segment,
      long firstId,
      long positionBefore) {
    this.pooled = pooled;
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    this.frames = bytes.duplicate();
    this.placeIds = new long[bytes.capacity() / EntryIndex.STEP_BYTES + 1];
    this.placeOffsets = new int[placeIds.length];
    this.segment = segment;
    reuse(segment, firstId, positionBefore);
  }

  /** A block that is used again and again: outside the heap, so that writing copies nothing. */
  static Block pooled(int capacity, SegmentPlan segment, long firstId, long positionBefore) {
    DirectMemory memory = DirectMemory.of(HEAD_BYTES + capacity + TAIL_BYTES);
    return new Block(memory, memory.bytes(), segment, firstId, positionBefore);
  }

  /** A block for one use: on the heap, so that its memory goes with it. */
  static Block single(int capacity, SegmentPlan segment, long firstId, long positionBefore) {
    ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + capacity + TAIL_BYTES);
    return new Block(null, bytes, segment, firstId, positionBefore);
  }

  void reuse(SegmentPlan forSegment, long fromId, long positionBefore) {
    segment = forSegment;
    firstId = fromId;
    nextId = fromId;
    position = positionBefore;
    marker = null;
    places = 0;
    successor = null;
    end = HEAD_BYTES;
    sealedEnd = HEAD_BYTES;
  }

  SegmentPlan segment() {
    return segment;
  }

  boolean isEmpty() {
    return end == HEAD_BYTES;
  }

  int frameBytes() {
    return end - HEAD_BYTES;
  }

  int room() {
    return bytes.capacity() - TAIL_BYTES - end;
  }

  /** How many bytes of frames it can hold. */
  int capacity() {
    return bytes.capacity() - HEAD_BYTES - TAIL_BYTES;
  }

  boolean isPooled() {
    return pooled != null;
  }

  /** Gives back the memory of a block of the pool, which is not used any more. */
  void release() {
    if (pooled != null) {
      pooled.close();
    }
  }

  /** The id of the entry after the last in this block. */
  long nextId() {
    return nextId;
  }

  /** The position of the last append in this block. */
  long position() {
    return position;
  }

  /**
   * An entry is about to be put at {@link #end}: remembers where the first one of every few KiB
   * starts.
   */
  void notePlace() {
    if (places == 0 || end >= placeOffsets[places - 1] + EntryIndex.STEP_BYTES) {
      placeIds[places] = nextId;
      placeOffsets[places] = end;
      places++;
    }
  }

  /** Returns the payload of an entry of this block, or null if it is in none of its frames. */
  byte @Nullable [] payloadOf(long id) {
    if (id < firstId || id >= nextId) {
      return null;
    }
    int place = places - 1;
    while (place > 0 && placeIds[place] > id) {
      place--;
    }
    int at = place < 0 ? HEAD_BYTES : placeOffsets[place];
    while (at < end) {
      int length = FrameFormat.payloadBytes(bytes, at);
      if (FrameFormat.entryId(bytes, at) == id) {
        byte[] payload = new byte[length];
        bytes.get(at + FrameFormat.OVERHEAD_BYTES, payload);
        return payload;
      }
      at += FrameFormat.frameBytes(length);
    }
    return null;
  }

  /** Tells the index, and the markers of this block, where things are in the file. */
  void written(long endOffset, EntryIndex index) {
    for (int i = 0; i < places; i++) {
      index.add(segment.name(), placeIds[i], endOffset - (end - placeOffsets[i]));
    }
    for (Marker each = marker; each != null; each = each.before) {
      each.written(segment.name().path(), endOffset - (end - each.at), firstId);
    }
  }

  /** Makes this the last block of its segment; another segment follows. */
  void endSegment(SegmentPlan next) {
    successor = next;
  }

  /** The segment that follows, or null if this block does not end its own. */
  @Nullable SegmentPlan successor() {
    return successor;
  }

  /**
   * Puts an ENTRY or PART at an offset, {@link #end} or after what was put there before. It gets
   * its checksum later, at the latest when this block is asked for its frames.
   *
   * @return where it ends
   */
  int entry(
      FrameEncoder encoder, int at, FrameKind kind, long id, byte[] payload, int from, int length) {
    encoder.unsealed(bytes.clear().position(at), kind, id, payload, from, length);
    return bytes.position();
  }

  /** Adds the checksums that frames of this block do not have yet, if these are many. */
  void sealIfMany(FrameEncoder encoder) {
    if (end - sealedEnd >= UNSEALED_BYTES_MAX) {
      seal(encoder);
    }
  }

  private void seal(FrameEncoder encoder) {
    encoder.seal(bytes, sealedEnd, end, segment.salt());
    sealedEnd = end;
  }

  /**
   * Puts a CHECKPOINT at {@link #end}.
   *
   * @return where it ends
   */
  int checkpoint(FrameEncoder encoder, long nextEntryId, Marker put, byte[] path) {
    encoder.checkpoint(
        bytes.clear().position(end), segment.salt(), nextEntryId, put.coveredId(), path);
    return bytes.position();
  }

  /** The frames as they are, without a MARK; good until this block is asked again. */
  ByteBuffer frames(FrameEncoder encoder) {
    seal(encoder);
    return frames.clear().limit(end).position(HEAD_BYTES);
  }

  /** The frames after a MARK; good until this block is asked again. */
  ByteBuffer marked(FrameEncoder encoder, long promised, long stampMicros) {
    seal(encoder);
    encoder.promise(bytes.clear(), segment.salt(), FrameKind.MARK, firstId, promised, stampMicros);
    return frames.clear().limit(end);
  }

  /** Puts END after the frames that {@link #frames} or {@link #marked} returned. */
  void withEnd(FrameEncoder encoder, long promised, long stampMicros) {
    encoder.promise(
        bytes.clear().position(end), segment.salt(), FrameKind.END, nextId, promised, stampMicros);
    frames.limit(bytes.position());
  }
}
