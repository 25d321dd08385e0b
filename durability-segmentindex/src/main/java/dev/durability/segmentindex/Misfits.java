package dev.durability.segmentindex;

import dev.durability.segmentindex.SegmentIndexEntry.AddSegment;
import dev.durability.segmentindex.SegmentIndexEntry.CancelMerge;
import dev.durability.segmentindex.SegmentIndexEntry.DeleteDocuments;
import dev.durability.segmentindex.SegmentIndexEntry.Document;
import dev.durability.segmentindex.SegmentIndexEntry.EndMerge;
import dev.durability.segmentindex.SegmentIndexEntry.StartMerge;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why an entry does not fit an index. It changes nothing.
 *
 * @param segments those that live
 * @param merges those that are open, with their segments
 * @param merging for each segment that is being merged, the merge
 */
record Misfits(Map<Long, Segment> segments, Map<Long, List<Long>> merges, Map<Long, Long> merging) {

  /** Returns the reason, or null if the entry fits. */
  @Nullable String of(SegmentIndexEntry entry) {
    if (entry instanceof AddSegment add) {
      return ofNew(add.segmentId());
    } else if (entry instanceof StartMerge start) {
      return of(start);
    } else if (entry instanceof CancelMerge cancel) {
      return ofOpen(cancel.transactionId(), cancel.segmentIds());
    } else if (entry instanceof EndMerge end) {
      return of(end);
    } else if (entry instanceof DeleteDocuments delete) {
      return of(delete);
    }
    return null; // A checkpoint changes nothing.
  }

  private @Nullable String ofNew(long segmentId) {
    return segments.containsKey(segmentId)
        ? "segment " + Unsigned.text(segmentId) + " lives already"
        : null;
  }

  private @Nullable String of(StartMerge start) {
    if (merges.containsKey(start.transactionId())) {
      return "merge " + Unsigned.text(start.transactionId()) + " is open already";
    } else if (start.segmentIds().isEmpty()) {
      return "it names no segments";
    } else if (hasRepeats(start.segmentIds())) {
      return "it names a segment twice: " + Unsigned.text(start.segmentIds());
    }
    for (Long id : start.segmentIds()) {
      Long other = merging.get(id);
      if (!segments.containsKey(id)) {
        return doesNotLive(id);
      } else if (other != null) {
        return "segment " + Unsigned.text(id) + " is being merged by " + Unsigned.text(other);
      }
    }
    return null;
  }

  private @Nullable String ofOpen(long transactionId, List<Long> segmentIds) {
    List<Long> began = merges.get(transactionId);
    if (began == null) {
      return "merge " + Unsigned.text(transactionId) + " is not open";
    }
    return hasRepeats(segmentIds) || !new HashSet<>(began).equals(new HashSet<>(segmentIds))
        ? "merge "
            + Unsigned.text(transactionId)
            + " began with the segments "
            + Unsigned.text(began)
        : null;
  }

  private @Nullable String of(EndMerge end) {
    String problem = ofOpen(end.transactionId(), end.oldSegmentIds());
    problem = problem != null ? problem : ofNew(end.newSegmentId());
    if (problem != null) {
      return problem;
    } else if (hasRepeats(end.remappedDeletes())) {
      return "it names a document twice";
    }
    long live = liveDocCount(end.oldSegmentIds());
    long docCount = live == Segment.UNKNOWN ? live : live + end.remappedDeletes().size();
    if (docCount > Segment.DOC_COUNT_MAX) {
      return "it makes a segment of " + docCount + " documents, which are too many";
    }
    for (Document each : end.remappedDeletes()) {
      if (each.segmentId() != end.newSegmentId()
          || (docCount != Segment.UNKNOWN && each.number() >= docCount)) {
        return each
            + " is not one of the "
            + (docCount == Segment.UNKNOWN ? "documents" : docCount + " documents")
            + " of the new segment "
            + Unsigned.text(end.newSegmentId());
      }
    }
    return null;
  }

  private @Nullable String of(DeleteDocuments delete) {
    if (hasRepeats(delete.deletes())) {
      return "it names a document twice";
    }
    for (Document each : delete.deletes()) {
      Segment segment = segments.get(each.segmentId());
      if (segment == null) {
        return doesNotLive(each.segmentId());
      } else if (!segment.mayHave(each.number())) {
        return each + " is beyond the " + segment.docCount + " documents of its segment";
      }
    }
    return null;
  }

  /** How many documents live in some segments, or UNKNOWN if one of them does not tell. */
  long liveDocCount(Collection<Long> segmentIds) {
    long live = 0;
    for (Long id : segmentIds) {
      Segment segment = segments.get(id);
      if (segment == null || segment.docCount == Segment.UNKNOWN) {
        return Segment.UNKNOWN;
      }
      live += segment.liveDocCount();
    }
    return live;
  }

  static String doesNotLive(long segmentId) {
    return "segment " + Unsigned.text(segmentId) + " does not live";
  }

  private static boolean hasRepeats(List<?> elements) {
    return new HashSet<>(elements).size() < elements.size();
  }
}
