package dev.durability.wal;

import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Encoded frames of one segment that are written with one system call. Room is kept before them for
 * a MARK and behind them for END, which are filled in when the block is written: only then is it
 * known what was synced before.
 */
final class Block {
  private static final int HEAD_BYTES = FrameFormat.PROMISE_FRAME_BYTES;
  private static final int TAIL_BYTES = FrameFormat.PROMISE_FRAME_BYTES;

  private final ByteBuffer bytes;
  private final ByteBuffer frames;
  private SegmentPlan segment;
  private long firstId;
  private long nextId;
  private @Nullable SegmentPlan successor;

  private Block(ByteBuffer bytes, SegmentPlan segment, long firstId) {
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    this.frames = bytes.duplicate();
    this.segment = segment;
    reuse(segment, firstId);
  }

  /** A block that is used again and again: outside the heap, so that writing copies nothing. */
  static Block pooled(int capacity, SegmentPlan segment, long firstId) {
    return new Block(
        ByteBuffer.allocateDirect(HEAD_BYTES + capacity + TAIL_BYTES), segment, firstId);
  }

  /** A block for one use: on the heap, so that its memory goes with it. */
  static Block single(int capacity, SegmentPlan segment, long firstId) {
    return new Block(ByteBuffer.allocate(HEAD_BYTES + capacity + TAIL_BYTES), segment, firstId);
  }

  void reuse(SegmentPlan forSegment, long fromId) {
    segment = forSegment;
    firstId = fromId;
    nextId = fromId;
    successor = null;
    bytes.clear().position(HEAD_BYTES);
  }

  SegmentPlan segment() {
    return segment;
  }

  boolean isEmpty() {
    return bytes.position() == HEAD_BYTES;
  }

  int frameBytes() {
    return bytes.position() - HEAD_BYTES;
  }

  int room() {
    return bytes.capacity() - TAIL_BYTES - bytes.position();
  }

  boolean isPooled() {
    return bytes.isDirect();
  }

  /** The id of the entry after the last in this block. */
  long nextId() {
    return nextId;
  }

  /** Makes this the last block of its segment; another segment follows. */
  void endSegment(SegmentPlan next) {
    successor = next;
  }

  /** The segment that follows, or null if this block does not end its own. */
  @Nullable SegmentPlan successor() {
    return successor;
  }

  void entry(FrameEncoder encoder, int kind, byte[] payload, int from, int length) {
    encoder.entry(bytes, segment.salt(), kind, nextId, payload, from, length);
    nextId++;
  }

  void checkpoint(FrameEncoder encoder, long covered, byte[] path) {
    encoder.checkpoint(bytes, segment.salt(), nextId, covered, path);
    nextId++;
  }

  /** The frames as they are, without a MARK; good until this block is asked again. */
  ByteBuffer frames() {
    return frames.clear().limit(bytes.position()).position(HEAD_BYTES);
  }

  /** The frames behind a MARK; good until this block is asked again. */
  ByteBuffer framesBehindMark(FrameEncoder encoder, long promised, long stampMicros) {
    int end = bytes.position();
    bytes.position(0);
    encoder.promise(bytes, segment.salt(), FrameFormat.MARK, firstId, promised, stampMicros);
    bytes.position(end);
    return frames.clear().limit(end);
  }

  /** Puts END behind the frames that {@link #frames} or {@link #framesBehindMark} returned. */
  void withEnd(FrameEncoder encoder, long promised, long stampMicros) {
    int end = bytes.position();
    encoder.promise(bytes, segment.salt(), FrameFormat.END, nextId, promised, stampMicros);
    int limit = bytes.position();
    bytes.position(end);
    frames.limit(limit);
  }
}
