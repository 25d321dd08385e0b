package dev.durability.segmentindex;

import java.util.Map;
import java.util.TreeMap;

/**
 * A set of document numbers, in pages of bits, so that dense sets are small. Empty pages are left
 * out, so that a single large number read from damaged bytes takes little memory.
 */
final class DocumentSet {

  /** Returned when there is no further document. */
  static final int NONE = -1;

  private static final int PAGE_BITS = 9;
  private static final int PAGE_LONGS = (1 << PAGE_BITS) / Long.SIZE;

  private final TreeMap<Integer, long[]> pages = new TreeMap<>();
  private int size;

  /** {@return a set with the same documents, which shares nothing with this one} */
  DocumentSet copy() {
    DocumentSet copy = new DocumentSet();
    pages.forEach((number, page) -> copy.pages.put(number, page.clone()));
    copy.size = size;
    return copy;
  }

  int size() {
    return size;
  }

  /** Adds a document; one that is there already stays. */
  void add(int document) {
    long[] page = pages.computeIfAbsent(document >>> PAGE_BITS, number -> new long[PAGE_LONGS]);
    int word = (document >>> 6) & (PAGE_LONGS - 1);
    if ((page[word] & bit(document)) == 0) {
      page[word] |= bit(document);
      size++;
    }
  }

  boolean contains(int document) {
    long[] page = pages.get(document >>> PAGE_BITS);
    return page != null && (page[(document >>> 6) & (PAGE_LONGS - 1)] & bit(document)) != 0;
  }

  /** {@return the lowest document that is not below the given one, or {@link #NONE}} */
  int nextFrom(int document) {
    int first = document >>> PAGE_BITS;
    for (Map.Entry<Integer, long[]> page : pages.tailMap(first, true).entrySet()) {
      int start = page.getKey() << PAGE_BITS;
      int found = nextInPage(page.getValue(), start, Math.max(start, document));
      if (found != NONE) {
        return found;
      }
    }
    return NONE;
  }

  private static int nextInPage(long[] page, int start, int document) {
    int offset = document - start;
    long masked = page[offset >>> 6] & (-1L << offset);
    for (int word = offset >>> 6; word < PAGE_LONGS; word++) {
      long bits = word == offset >>> 6 ? masked : page[word];
      if (bits != 0) {
        return start + word * Long.SIZE + Long.numberOfTrailingZeros(bits);
      }
    }
    return NONE;
  }

  private static long bit(int document) {
    return 1L << document;
  }
}
