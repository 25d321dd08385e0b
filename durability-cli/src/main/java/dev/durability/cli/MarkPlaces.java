package dev.durability.cli;

import java.util.BitSet;

/** Where marks are in a segment, as exactly as a map can show. */
final class MarkPlaces {
  /** How many places a segment is divided into. */
  static final int PLACES = 256;

  private final long segmentBytes;
  private final BitSet places = new BitSet(PLACES);
  private long count;

  MarkPlaces(long segmentBytes) {
    this.segmentBytes = segmentBytes;
  }

  void add(long offset) {
    count++;
    places.set((int) Math.min(PLACES - 1, (double) offset / segmentBytes * PLACES));
  }

  long count() {
    return count;
  }

  /** Whether a mark is in a place. */
  boolean isIn(int place) {
    return places.get(place);
  }
}
