package dev.durability.cli;

import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import java.util.List;
import java.util.TreeSet;

/**
 * The segments that a page has room for: those with something to see, and the first and last ones.
 *
 * @param segments in order
 * @param note how many were left out; empty if none was
 */
record SegmentsShown(List<LogContents.SegmentLook> segments, String note) {
  private static final int ENDS = 75;
  private static final int NOTABLE = 150;

  static SegmentsShown of(List<LogContents.SegmentLook> all) {
    TreeSet<Integer> shown = new TreeSet<>();
    int notable = 0;
    for (int i = 0; i < all.size(); i++) {
      boolean isAtAnEnd = i < ENDS || i >= all.size() - ENDS;
      boolean isNotable = !isAtAnEnd && notable < NOTABLE && isNotable(all.get(i), i);
      notable += isNotable ? 1 : 0;
      if (isAtAnEnd || isNotable) {
        shown.add(i);
      }
    }
    int left = all.size() - shown.size();
    return new SegmentsShown(
        shown.stream().map(all::get).toList(),
        left == 0
            ? ""
            : left
                + " of "
                + all.size()
                + " segments are left out: the page shows the first, the last, and those with"
                + " something to see.");
  }

  /** All but the first begin somewhere for a reason, and all but the last end with END. */
  private static boolean isNotable(LogContents.SegmentLook segment, int index) {
    SegmentInfo info = segment.info();
    SegmentEnd end = segment.end();
    return info.state() != SegmentInfo.State.READ
        || info.rewinds()
        || (info.startsCovered() && index > 0)
        || end == null
        || end.isCut()
        || end.leftBytes() > 0
        || !end.isEnded();
  }
}
