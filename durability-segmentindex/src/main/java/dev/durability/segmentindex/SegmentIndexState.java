package dev.durability.segmentindex;

import dev.durability.segmentindex.SegmentIndexEntry.AddSegment;
import dev.durability.segmentindex.SegmentIndexEntry.CancelMerge;
import dev.durability.segmentindex.SegmentIndexEntry.DeleteDocuments;
import dev.durability.segmentindex.SegmentIndexEntry.Document;
import dev.durability.segmentindex.SegmentIndexEntry.EndMerge;
import dev.durability.segmentindex.SegmentIndexEntry.StartMerge;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which segments of a search index live, which of their documents are deleted, and which merges are
 * under way: the fold of all {@link SegmentIndexEntry entries} so far.
 *
 * <p>An entry that does not fit is refused before anything changes, see {@link #check}. To keep it
 * out of the log as well, check it before it is appended.
 *
 * <p>For one thread at a time. A {@link #snapshot} is independent: another thread may write it to a
 * checkpoint while this state goes on.
 */
public final class SegmentIndexState {

  private final NavigableMap<Long, Segment> segments;
  private final NavigableMap<Long, List<Long>> merges;

  /** For each segment that is being merged, the merge. */
  private final Map<Long, Long> merging;

  /** This state may change the segments of this owner; a snapshot makes all of them shared. */
  private Object owner = new Object();

  /** Creates the state of an empty index. */
  public SegmentIndexState() {
    this(new TreeMap<>(), new TreeMap<>(), new HashMap<>());
  }

  private SegmentIndexState(
      NavigableMap<Long, Segment> segments,
      NavigableMap<Long, List<Long>> merges,
      Map<Long, Long> merging) {
    this.segments = segments;
    this.merges = merges;
    this.merging = merging;
  }

  /**
   * Makes a copy that no longer changes with this state, nor this with it. It takes time and memory
   * for the number of segments, not of documents: each side copies the deletes of a segment when it
   * first changes them.
   *
   * @return the copy, which another thread may use
   */
  public SegmentIndexState snapshot() {
    owner = new Object();
    return new SegmentIndexState(
        new TreeMap<>(segments), new TreeMap<>(merges), new HashMap<>(merging));
  }

  /**
   * Tells whether an entry fits.
   *
   * <ul>
   *   <li>A segment that is added, or that ends a merge, must not live already.
   *   <li>A merge must begin under an id that no open merge has, with live segments that are in no
   *       open merge.
   *   <li>A merge must end, or be cancelled, with the segments that it began with, and must end
   *       with as many documents that are not deleted as its old segments have now. More would be
   *       deletes that came back, fewer documents that were lost.
   *   <li>Deletes must name live segments and documents within their counts.
   * </ul>
   *
   * @param entry what is to happen
   * @throws IllegalArgumentException if it does not fit; the message says why
   */
  public void check(SegmentIndexEntry entry) {
    Objects.requireNonNull(entry, "entry");
    if (entry instanceof AddSegment add) {
      requireAbsent(add.segmentId(), add);
    } else if (entry instanceof StartMerge start) {
      checkStart(start);
    } else if (entry instanceof CancelMerge cancel) {
      requireOpen(cancel.transactionId(), cancel.segmentIds(), cancel);
    } else if (entry instanceof EndMerge end) {
      checkEnd(end);
    } else if (entry instanceof DeleteDocuments delete) {
      for (Document each : delete.deletes()) {
        int docCount = require(each.segmentId(), delete).docCount;
        if (each.docId() >= docCount) {
          throw misfit(delete, each + " is beyond the " + docCount + " documents of its segment");
        }
      }
    }
  }

  private void checkStart(StartMerge start) {
    if (merges.containsKey(start.transactionId())) {
      throw misfit(start, "merge " + start.transactionId() + " is open already");
    }
    for (Long id : start.segmentIds()) {
      require(id, start);
      Long other = merging.get(id);
      if (other != null) {
        throw misfit(start, "segment " + id + " is being merged by " + other);
      }
    }
  }

  private void checkEnd(EndMerge end) {
    requireOpen(end.transactionId(), end.oldSegmentIds(), end);
    requireAbsent(end.newSegmentId(), end);
    long before = 0;
    for (Long id : end.oldSegmentIds()) {
      before += require(id, end).liveDocCount();
    }
    int after = end.docCount() - end.remappedDeletes().size();
    if (after != before) {
      throw misfit(
          end, "it leaves " + after + " live documents, but its old segments have " + before);
    }
  }

  /**
   * Applies an entry.
   *
   * @param entry what happened
   * @throws IllegalArgumentException if it does not fit, see {@link #check}; nothing has changed
   *     then
   */
  public void apply(SegmentIndexEntry entry) {
    check(entry);
    if (entry instanceof AddSegment add) {
      put(add.segmentId(), add.docCount(), new DocumentSet());
    } else if (entry instanceof StartMerge start) {
      open(start.transactionId(), start.segmentIds());
    } else if (entry instanceof CancelMerge cancel) {
      close(cancel.transactionId(), cancel.segmentIds());
    } else if (entry instanceof EndMerge end) {
      close(end.transactionId(), end.oldSegmentIds());
      end.oldSegmentIds().forEach(segments::remove);
      DocumentSet deleted = new DocumentSet();
      end.remappedDeletes().forEach(each -> deleted.add(each.docId()));
      put(end.newSegmentId(), end.docCount(), deleted);
    } else if (entry instanceof DeleteDocuments delete) {
      delete.deletes().forEach(this::delete);
    }
  }

  private void put(long segmentId, int docCount, DocumentSet deleted) {
    segments.put(segmentId, new Segment(owner, docCount, deleted));
  }

  private void open(long transactionId, List<Long> segmentIds) {
    merges.put(transactionId, segmentIds);
    segmentIds.forEach(id -> merging.put(id, transactionId));
  }

  private void close(long transactionId, List<Long> segmentIds) {
    merges.remove(transactionId);
    segmentIds.forEach(merging::remove);
  }

  private void delete(Document document) {
    Segment segment = live(document.segmentId());
    if (segment.owner != owner) {
      // A snapshot may still read the old one.
      segment = new Segment(owner, segment.docCount, segment.deleted.copy());
      segments.put(document.segmentId(), segment);
    }
    segment.deleted.add(document.docId());
  }

  /** {@return the ids of the live segments, ascending; a copy} */
  public List<Long> liveSegments() {
    return List.copyOf(segments.keySet());
  }

  /**
   * {@return how many documents a segment has, the deleted ones included}
   *
   * @param segmentId a live segment
   * @throws IllegalArgumentException if it does not live
   */
  public int docCount(long segmentId) {
    return live(segmentId).docCount;
  }

  /**
   * {@return how many documents of a segment are not deleted}
   *
   * @param segmentId a live segment
   * @throws IllegalArgumentException if it does not live
   */
  public int liveDocCount(long segmentId) {
    return live(segmentId).liveDocCount();
  }

  /**
   * {@return the deleted documents of a segment, ascending; a copy}
   *
   * @param segmentId a live segment
   * @throws IllegalArgumentException if it does not live
   */
  public int[] deletedDocs(long segmentId) {
    DocumentSet deleted = live(segmentId).deleted;
    int[] documents = new int[deleted.size()];
    int from = 0;
    for (int i = 0; i < documents.length; i++) {
      documents[i] = deleted.nextFrom(from);
      from = documents[i] + 1;
    }
    return documents;
  }

  /**
   * {@return whether a document is deleted}
   *
   * @param document a document of a live segment
   * @throws IllegalArgumentException if its segment does not live
   */
  public boolean isDeleted(Document document) {
    return live(document.segmentId()).deleted.contains(document.docId());
  }

  /**
   * {@return the merges that are under way, with their segments, by transaction id; a copy} After a
   * recovery, those that nobody will end should be cancelled.
   */
  public NavigableMap<Long, List<Long>> openMerges() {
    return Collections.unmodifiableNavigableMap(new TreeMap<>(merges));
  }

  /**
   * Writes the state, piece by piece. The same state always gives the same bytes: all is in
   * ascending order, however it came about.
   *
   * @param out where the bytes go; neither flushed nor closed
   * @throws IOException if {@code out} throws it; the state is unchanged
   */
  public void writeTo(OutputStream out) throws IOException {
    SegmentIndexFormat.Writer writer = new SegmentIndexFormat.Writer(out);
    writer.count(segments.size());
    for (Map.Entry<Long, Segment> segment : segments.entrySet()) {
      writer.segment(segment.getKey(), segment.getValue());
    }
    writer.count(merges.size());
    for (Map.Entry<Long, List<Long>> merge : merges.entrySet()) {
      writer.merge(merge.getKey(), merge.getValue());
    }
    writer.finish();
  }

  /**
   * Reads what {@link #writeTo} wrote, and not a byte more. It reads single bytes: pass a stream
   * with a buffer.
   *
   * @param in where the bytes come from; not closed
   * @return the state
   * @throws IOException if {@code in} throws it, or the bytes are not those of a state ({@link
   *     dev.durability.errors.CodecException}) or of an unknown version of it ({@link
   *     dev.durability.errors.FormatException})
   */
  public static SegmentIndexState readFrom(InputStream in) throws IOException {
    SegmentIndexFormat.Reader reader = new SegmentIndexFormat.Reader(in);
    SegmentIndexState state = new SegmentIndexState();
    long previous = -1;
    for (long left = reader.number(); left > 0; left--) {
      long id = reader.idAfter(previous);
      state.segments.put(id, reader.segment(state.owner));
      previous = id;
    }
    previous = -1;
    for (long left = reader.number(); left > 0; left--) {
      long id = reader.idAfter(previous);
      List<Long> segmentIds = reader.ids();
      try {
        state.apply(new StartMerge(id, segmentIds));
      } catch (IllegalArgumentException e) {
        throw reader.failure("an open merge does not fit: " + e.getMessage(), e);
      }
      previous = id;
    }
    return state;
  }

  private Segment live(long segmentId) {
    Segment segment = segments.get(segmentId);
    if (segment == null) {
      throw new IllegalArgumentException("segment " + segmentId + " does not live");
    }
    return segment;
  }

  private Segment require(long segmentId, SegmentIndexEntry entry) {
    Segment segment = segments.get(segmentId);
    if (segment == null) {
      throw misfit(entry, "segment " + segmentId + " does not live");
    }
    return segment;
  }

  private void requireAbsent(long segmentId, SegmentIndexEntry entry) {
    if (segments.containsKey(segmentId)) {
      throw misfit(entry, "segment " + segmentId + " lives already");
    }
  }

  private void requireOpen(long transactionId, List<Long> segmentIds, SegmentIndexEntry entry) {
    @Nullable List<Long> began = merges.get(transactionId);
    if (began == null) {
      throw misfit(entry, "merge " + transactionId + " is not open");
    }
    if (!new HashSet<>(began).equals(new HashSet<>(segmentIds))) {
      throw misfit(entry, "merge " + transactionId + " began with the segments " + began);
    }
  }

  private static IllegalArgumentException misfit(SegmentIndexEntry entry, String problem) {
    return new IllegalArgumentException(
        entry.getClass().getSimpleName() + " does not fit the index: " + problem);
  }

  @Override
  public String toString() {
    return "SegmentIndexState[segments=" + segments.keySet() + ", openMerges=" + merges + "]";
  }
}
