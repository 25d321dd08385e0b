package dev.durability.bookkeeper;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Which entry of a ledger has which byte, as far as it is known: entries have any size, and only an
 * entry itself says where it ends. Places closer than 64 KiB are not remembered. For any thread.
 */
final class EntryOffsets {
  static final long APART_BYTES = 64 << 10;

  private final ConcurrentSkipListMap<Long, Long> known = new ConcurrentSkipListMap<>();

  EntryOffsets() {
    known.put(0L, 0L);
  }

  /** An entry begins at an offset. */
  void begins(long offset, long entry) {
    Map.Entry<Long, Long> before = known.floorEntry(offset);
    Map.Entry<Long, Long> after = known.higherEntry(offset);
    if ((before == null || offset - before.getKey() >= APART_BYTES)
        && (after == null || after.getKey() - offset >= APART_BYTES)) {
      known.put(offset, entry);
    }
  }

  /** The last known beginning at or before an offset: offset and entry. */
  Map.Entry<Long, Long> before(long offset) {
    Map.Entry<Long, Long> found = known.floorEntry(offset);
    return found == null ? Map.entry(0L, 0L) : Map.entry(found.getKey(), found.getValue());
  }

  /** The next known beginning after an offset, or null. */
  Map.@Nullable Entry<Long, Long> after(long offset) {
    Map.Entry<Long, Long> next = known.higherEntry(offset);
    return next == null ? null : Map.entry(next.getKey(), next.getValue());
  }

  int size() {
    return known.size();
  }
}
