package dev.durability.rust;

import dev.durability.rust.CheckpointState.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The state of an index as the crate folds it from entries. It refuses nothing: what names a
 * segment that is not there is ignored, and no number of a document is checked. Not safe for
 * threads.
 */
public final class IndexState {

  /** A segment that may change. */
  private static final class Live {
    private final int docCount;
    private final NavigableSet<Integer> deleted = new TreeSet<>(Integer::compareUnsigned);

    Live(int docCount) {
      this.docCount = docCount;
    }
  }

  private final NavigableMap<Long, Live> segments = new TreeMap<>(Long::compareUnsigned);

  /** Makes an empty state. */
  public IndexState() {}

  /**
   * Makes the state that a checkpoint has.
   *
   * @param checkpoint the checkpoint's state; of a segment that is there twice, the last counts
   */
  public IndexState(CheckpointState checkpoint) {
    for (Segment each : checkpoint.segments()) {
      Live live = new Live(each.docCount());
      live.deleted.addAll(each.deletedDocs());
      segments.put(each.segmentId(), live);
    }
  }

  /**
   * Applies an entry.
   *
   * @param entry the entry
   */
  public void apply(WalEntry entry) {
    if (entry instanceof WalEntry.AddSegment add) {
      segments.put(add.segmentId(), new Live(add.docCount()));
    } else if (entry instanceof WalEntry.DeleteDocuments delete) {
      for (WalEntry.Document each : delete.deletes()) {
        Live live = segments.get(each.segmentId());
        if (live != null) {
          live.deleted.add(each.documentId());
        }
      }
    } else if (entry instanceof WalEntry.EndMerge merge) {
      endMerge(merge);
    } // The others change nothing.
  }

  /** The crate's entry has no number of documents: the new segment has 0. */
  private void endMerge(WalEntry.EndMerge merge) {
    for (Long old : merge.oldSegmentIds()) {
      segments.remove(old);
    }
    Live merged = new Live(0);
    for (WalEntry.Document each : merge.remappedDeletes()) {
      if (each.segmentId() == merge.newSegmentId()) {
        merged.deleted.add(each.documentId());
      }
    }
    segments.put(merge.newSegmentId(), merged);
  }

  /** {@return the state as a checkpoint has it, in ascending order} */
  public CheckpointState toCheckpoint() {
    List<Segment> all = new ArrayList<>();
    segments.forEach(
        (id, live) -> all.add(new Segment(id, live.docCount, new ArrayList<>(live.deleted))));
    return new CheckpointState(all);
  }
}
