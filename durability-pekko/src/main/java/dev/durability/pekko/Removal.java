package dev.durability.pekko;

import dev.durability.log.SegmentRange;
import dev.durability.wal.WalObserver;

/** Keeps the segments that hold events which are not deleted. */
final class Removal implements WalObserver {
  private volatile long firstEntryId;

  /** Everything before this entry was deleted, or was appended again. */
  void allowBefore(long entryId) {
    firstEntryId = entryId;
  }

  @Override
  public boolean mayRemove(SegmentRange segment) {
    return segment.lastEntryId() < firstEntryId;
  }
}
