package dev.durability.segment;

import dev.durability.frame.FileHeader;
import dev.durability.threads.StackSafeLock;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where entries start: a few places in each segment, about one per {@link #STEP_BYTES}, so that an
 * entry is found without reading more than one step. It grows while the log is written and while it
 * is read. It is in memory alone and bounded: the places of the segment that was used least
 * recently are forgotten first, and found again by reading. The segment in use keeps its own. Any
 * number of threads.
 */
public final class EntryIndex {
  /** How far apart places are, in bytes of a segment. */
  public static final int STEP_BYTES = 16 << 10;

  /** The most places that are remembered, 16 bytes each: 16 MiB, for 16 GiB of log. */
  public static final int PLACES_MAX = 1 << 20;

  private final int placesMax;
  private final StackSafeLock lock = new StackSafeLock();
  private final LinkedHashMap<SegmentName, Places> segments = new LinkedHashMap<>(16, 0.75f, true);
  private int count;

  /** Knows no place yet. */
  public EntryIndex() {
    this(PLACES_MAX);
  }

  /** The same, with at most so many places. */
  EntryIndex(int placesMax) {
    this.placesMax = placesMax;
  }

  /**
   * A place in a segment.
   *
   * @param entryId an entry
   * @param offset where its frame starts
   */
  public record Place(long entryId, long offset) {}

  /** Takes note of where an entry starts, unless a place close to it is known. */
  public void add(SegmentName segment, long entryId, long offset) {
    lock.lock();
    try {
      Places places = segments.computeIfAbsent(segment, unknown -> new Places());
      if (places.add(entryId, offset)) {
        count++;
        forget(segment);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets places of other segments, if there are too many. */
  private void forget(SegmentName used) {
    Iterator<Map.Entry<SegmentName, Places>> eldest = segments.entrySet().iterator();
    while (count > placesMax && eldest.hasNext()) {
      Map.Entry<SegmentName, Places> each = eldest.next();
      if (!each.getKey().equals(used)) {
        count -= each.getValue().size;
        eldest.remove();
      }
    }
  }

  /**
   * The last place that is known at or before an entry; the start of the segment if none is.
   *
   * @param segment the segment, which starts at or before the entry
   */
  public Place atOrBefore(SegmentName segment, long entryId) {
    lock.lock();
    try {
      Places places = segments.get(segment);
      Place known = places == null ? null : places.atOrBefore(entryId);
      return known == null ? new Place(segment.firstEntryId(), FileHeader.BYTES) : known;
    } finally {
      lock.unlock();
    }
  }

  /** How many places are known. */
  int size() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /** The places in one segment, in order. */
  private static final class Places {
    private long[] ids = new long[8];
    private long[] offsets = new long[8];
    private int size;

    private @Nullable Place atOrBefore(long entryId) {
      int index = indexAtOrBefore(entryId);
      return index < 0 ? null : new Place(ids[index], offsets[index]);
    }

    private int indexAtOrBefore(long entryId) {
      int index = Arrays.binarySearch(ids, 0, size, entryId);
      return index >= 0 ? index : -index - 2;
    }

    private boolean add(long entryId, long offset) {
      int before = indexAtOrBefore(entryId);
      if ((before >= 0 && offset < offsets[before] + STEP_BYTES)
          || (before + 1 < size && offset + STEP_BYTES > offsets[before + 1])) {
        return false;
      }
      if (size == ids.length) {
        long[] moreIds = Arrays.copyOf(ids, 2 * size);
        offsets = Arrays.copyOf(offsets, 2 * size);
        ids = moreIds;
      }
      int at = before + 1;
      System.arraycopy(ids, at, ids, at + 1, size - at);
      System.arraycopy(offsets, at, offsets, at + 1, size - at);
      ids[at] = entryId;
      offsets[at] = offset;
      size++;
      return true;
    }
  }
}
