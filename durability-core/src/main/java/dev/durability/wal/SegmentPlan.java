package dev.durability.wal;

/**
 * A segment that is to be written. Its salt is drawn before its file exists, because frames are
 * encoded for it while the segment before is still being written.
 *
 * @param name its numbers
 * @param salt its salt
 * @param previousSalt the salt of the segment before it, 0 if it is the first
 */
record SegmentPlan(SegmentName name, int salt, int previousSalt) {

  /** The segment after this one. */
  SegmentPlan next(long firstEntryId, int nextSalt) {
    return new SegmentPlan(new SegmentName(name.segmentId() + 1, firstEntryId), nextSalt, salt);
  }
}
