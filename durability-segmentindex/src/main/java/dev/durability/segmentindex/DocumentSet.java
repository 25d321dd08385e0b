package dev.durability.segmentindex;

import java.util.Map;
import java.util.TreeMap;

/**
 * A set of document numbers, unsigned ones of 32 bits, in pages of bits, so that dense sets are
 * small. Empty pages are left out, so that a single large number read from damaged bytes takes
 * little memory.
 */
final class DocumentSet {

  /** Returned when there is no further document. */
  static final long NONE = -1;

  private static final int PAGE_BITS = 9;
  private static final int PAGE_LONGS = (1 << PAGE_BITS) / Long.SIZE;

  private final TreeMap<Integer, long[]> pages = new TreeMap<>();
  private long size;

  /** {@return a set with the same documents, which shares nothing with this one} */
  DocumentSet copy() {
    DocumentSet copy = new DocumentSet();
    pages.forEach((number, page) -> copy.pages.put(number, page.clone()));
    copy.size = size;
    return copy;
  }

  long size() {
    return size;
  }

  /** Adds a document; one that is there already stays. */
  void add(long document) {
    long[] page = pages.computeIfAbsent(page(document), number -> new long[PAGE_LONGS]);
    int word = word(document);
    if ((page[word] & bit(document)) == 0) {
      page[word] |= bit(document);
      size++;
    }
  }

  boolean contains(long document) {
    long[] page = pages.get(page(document));
    return page != null && (page[word(document)] & bit(document)) != 0;
  }

  /** {@return the lowest document that is not below the given one, or {@link #NONE}} */
  long nextFrom(long document) {
    for (Map.Entry<Integer, long[]> page : pages.tailMap(page(document), true).entrySet()) {
      long start = (long) page.getKey() << PAGE_BITS;
      long found = nextInPage(page.getValue(), start, Math.max(start, document));
      if (found != NONE) {
        return found;
      }
    }
    return NONE;
  }

  private static long nextInPage(long[] page, long start, long document) {
    int first = word(document);
    for (int word = first; word < PAGE_LONGS; word++) {
      long bits = word == first ? page[word] & (-1L << document) : page[word];
      if (bits != 0) {
        return start + (long) word * Long.SIZE + Long.numberOfTrailingZeros(bits);
      }
    }
    return NONE;
  }

  private static int page(long document) {
    return (int) (document >>> PAGE_BITS);
  }

  private static int word(long document) {
    return (int) (document >>> 6) & (PAGE_LONGS - 1);
  }

  private static long bit(long document) {
    return 1L << document;
  }
}
