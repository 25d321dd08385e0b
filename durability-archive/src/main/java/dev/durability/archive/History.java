package dev.durability.archive;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * The segments that stand in a log as it was once, in order: those that no later one of them makes
 * void. See docs/format.md, section 6.
 */
final class History {
  private final List<ArchivedSegment> standing = new ArrayList<>();

  /**
   * @param segments the segments of the log at that time, by their numbers
   */
  History(Collection<ArchivedSegment> segments) {
    List<ArchivedSegment> all = new ArrayList<>(segments);
    long lowest = Long.MAX_VALUE;
    for (int i = all.size() - 1; i >= 0; i--) {
      ArchivedSegment segment = all.get(i);
      if (segment.firstEntryId() < lowest) {
        standing.add(segment);
        lowest = segment.firstEntryId();
      }
    }
    Collections.reverse(standing);
  }

  private History(List<ArchivedSegment> standing, int count) {
    this.standing.addAll(standing.subList(0, count));
  }

  /** The same up to one that stands. */
  History endingWith(int index) {
    return new History(standing, index + 1);
  }

  List<ArchivedSegment> standing() {
    return standing;
  }

  int size() {
    return standing.size();
  }

  ArchivedSegment get(int index) {
    return standing.get(index);
  }

  ArchivedSegment last() {
    return standing.get(standing.size() - 1);
  }

  /** The last entry of a segment that counts. */
  long lastIdOf(int index) {
    ArchivedSegment segment = standing.get(index);
    if (index + 1 < standing.size() && standing.get(index + 1).header().rewinds()) {
      return Math.min(segment.lastEntryId(), standing.get(index + 1).firstEntryId() - 1);
    }
    return segment.lastEntryId();
  }

  /** The last that begins at or before an entry, or -1. */
  int indexOf(long entryId) {
    int index = standing.size() - 1;
    while (index >= 0 && standing.get(index).firstEntryId() > entryId) {
      index--;
    }
    return index;
  }

  /** Whether all from one on continue each other. */
  boolean isWholeFrom(int index) {
    for (int i = index; i + 1 < standing.size(); i++) {
      if (!continues(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the one after it continues a segment. */
  boolean continues(int index) {
    SegmentHeader next = standing.get(index + 1).header();
    ArchivedSegment here = standing.get(index);
    return here.ended()
        && next.previousSalt() == here.header().salt()
        && next.firstEntryId() == lastIdOf(index) + 1
        && (next.rewinds() || next.number() == here.number() + 1);
  }

  /** What the owner of the log keeps elsewhere, by what the segments say. */
  long coveredElsewhere() {
    return standing.stream().mapToLong(ArchivedSegment::coveredElsewhere).max().orElse(0);
  }
}
