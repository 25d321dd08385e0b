package dev.durability.segmentindex;

/** A live segment. */
final class Segment {

  /**
   * The state that may change this object. Any other state that refers to it must copy it first.
   */
  final Object owner;

  final int docCount;
  final DocumentSet deleted;

  Segment(Object owner, int docCount, DocumentSet deleted) {
    this.owner = owner;
    this.docCount = docCount;
    this.deleted = deleted;
  }

  int liveDocCount() {
    return docCount - deleted.size();
  }
}
