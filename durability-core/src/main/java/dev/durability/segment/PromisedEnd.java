package dev.durability.segment;

import dev.durability.frame.FileHeader;

/**
 * While a segment is read, remembers a place shortly before the end of what is promised. How much
 * is promised is known only after the last MARK, and is usually what precedes that MARK. Two places
 * are enough: one that is promised, and one that the next MARK may promise.
 *
 * <p>A place is the offset after an entry, together with the id of the next one. MARKs that follow
 * the entry are after the place.
 */
final class PromisedEnd {
  private long offset;
  private long nextId;
  private long waitingOffset;
  private long waitingNextId;
  private long hereOffset;
  private long hereNextId;

  /** Starts at the header of a segment, which promises all that is before it. */
  void begin(long firstId) {
    offset = FileHeader.BYTES;
    nextId = firstId;
    waitingOffset = offset;
    waitingNextId = nextId;
    hereOffset = offset;
    hereNextId = nextId;
  }

  /**
   * Takes note of a MARK or END.
   *
   * @param at the offset at which it starts
   * @param itsNextId the id of the entry after it
   * @param promised what it promises
   */
  void pass(long at, long itsNextId, long promised) {
    if (itsNextId != hereNextId) {
      hereOffset = at;
      hereNextId = itsNextId;
    }
    if (hereNextId - 1 <= promised) {
      offset = hereOffset;
      nextId = hereNextId;
      waitingOffset = hereOffset;
      waitingNextId = hereNextId;
    } else if (waitingNextId - 1 <= promised) {
      offset = waitingOffset;
      nextId = waitingNextId;
      waitingOffset = hereOffset;
      waitingNextId = hereNextId;
    }
  }

  /** The offset after the last entry of the place. */
  long offset() {
    return offset;
  }

  /** The entry that follows the place; all before it are promised. */
  long nextId() {
    return nextId;
  }
}
