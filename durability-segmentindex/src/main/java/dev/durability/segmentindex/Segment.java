package dev.durability.segmentindex;

/** A live segment. */
final class Segment {
  /** The most documents that a segment has. */
  static final long DOC_COUNT_MAX = 0xffff_ffffL;

  /** A count that the entries do not tell. */
  static final long UNKNOWN = -1;

  /**
   * The state that may change this object. Any other state that refers to it must copy it first.
   */
  final Object owner;

  /** How many documents it has, or {@link #UNKNOWN}. The deleted ones are below it. */
  final long docCount;

  final DocumentSet deleted;

  Segment(Object owner, long docCount, DocumentSet deleted) {
    this.owner = owner;
    this.docCount = docCount;
    this.deleted = deleted;
  }

  /** Whether the segment may have a document of that number. */
  boolean mayHave(long document) {
    return docCount == UNKNOWN || document < docCount;
  }

  /** How many documents are not deleted, or {@link #UNKNOWN}. */
  long liveDocCount() {
    return docCount == UNKNOWN ? UNKNOWN : docCount - deleted.size();
  }
}
