package dev.durability.append;

import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.frame.WallClock;
import dev.durability.segment.SegmentPlan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;

/** The frames of a log that say what is durable, and the time in them, which never goes back. */
final class PromiseFrames {
  private final FrameEncoder encoder = new FrameEncoder();
  private final ByteBuffer single =
      ByteBuffer.allocateDirect(FrameFormat.PROMISE_FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final Clock clock;
  private long lastStampMicros;

  PromiseFrames(Clock clock, long lastStampMicros) {
    this.clock = clock;
    this.lastStampMicros = lastStampMicros;
  }

  /** A frame of its own; good until the next call. */
  ByteBuffer single(FrameKind kind, SegmentPlan segment, long nextId, long promised) {
    encoder.promise(single.clear(), segment.salt(), kind, nextId, promised, stamp());
    return single.flip();
  }

  /**
   * The frames of a block, with END if it is the last of its segment; good until the next call.
   *
   * @param marks whether a MARK comes first
   */
  ByteBuffer around(Block block, boolean marks, long promised) {
    ByteBuffer frames = marks ? block.marked(encoder, promised, stamp()) : block.frames(encoder);
    if (block.successor() != null) {
      block.withEnd(encoder, promised, stamp());
    }
    return frames;
  }

  /** The time of now, in microseconds since the epoch. */
  long stamp() {
    lastStampMicros = WallClock.stamp(clock, lastStampMicros);
    return lastStampMicros;
  }
}
