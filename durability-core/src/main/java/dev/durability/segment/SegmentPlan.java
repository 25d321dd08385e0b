package dev.durability.segment;

import java.security.SecureRandom;

/**
 * A segment that is going to be written. Its salt is drawn before its file exists, because frames
 * are encoded for it while the segment before is still being written.
 *
 * @param name its numbers
 * @param salt its salt
 * @param previousSalt the salt of the segment before it, 0 if it is the first
 */
public record SegmentPlan(SegmentName name, int salt, int previousSalt) {

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Draws a salt. */
  public static int randomSalt() {
    return RANDOM.nextInt();
  }

  /** The first segment of a log. */
  public static SegmentPlan first() {
    return new SegmentPlan(new SegmentName(1, 1), randomSalt(), 0);
  }

  /** The segment after this one. */
  public SegmentPlan next(long firstEntryId, int nextSalt) {
    return new SegmentPlan(new SegmentName(name.segmentId() + 1, firstEntryId), nextSalt, salt);
  }
}
