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
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which segments of a search index live, which of their documents are deleted, and which merges are
 * under way: the fold of all {@link SegmentIndexEntry entries} so far.
 *
 * <p>An entry that does not fit is refused before anything changes, see {@link #check}. To keep it
 * out of the log as well, check it before it is appended. A history that nobody checked is {@link
 * #replay replayed} instead.
 *
 * <p>For one thread at a time. A {@link #snapshot} is independent: another thread may write it to a
 * checkpoint while this state goes on.
 */
public final class SegmentIndexState {

  private final NavigableMap<Long, Segment> segments;
  private final NavigableMap<Long, List<Long>> merges;

  /** For each segment that is being merged, the merge. */
  private final Map<Long, Long> merging;

  private final Misfits misfits;

  /** This state may change the segments of this owner; a snapshot makes all of them shared. */
  private Object owner = new Object();

  /** Creates the state of an empty index. */
  public SegmentIndexState() {
    this(new TreeMap<>(Long::compareUnsigned), new TreeMap<>(Long::compareUnsigned), Map.of());
  }

  private SegmentIndexState(
      NavigableMap<Long, Segment> segments,
      NavigableMap<Long, List<Long>> merges,
      Map<Long, Long> merging) {
    this.segments = segments;
    this.merges = merges;
    this.merging = new HashMap<>(merging);
    this.misfits = new Misfits(this.segments, this.merges, this.merging);
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
    return new SegmentIndexState(new TreeMap<>(segments), new TreeMap<>(merges), merging);
  }

  /**
   * Tells whether an entry fits.
   *
   * <ul>
   *   <li>A segment that is added, or that ends a merge, must not live already.
   *   <li>A merge must begin under an id that no open merge has, with live segments, at least one,
   *       that are in no open merge.
   *   <li>A merge must end, or be cancelled, with the segments that it began with. Its remapped
   *       deletes must be documents of the new segment. That one has as many documents as live in
   *       the old ones, and the remapped deletes.
   *   <li>Deletes must name live segments and documents within their counts.
   *   <li>Nothing is named twice.
   * </ul>
   *
   * <p>What the entry cannot tell, and so this cannot either, is whether the files of the new
   * segment have that many documents: {@link #endMerge}.
   *
   * @param entry what is to happen
   * @throws IllegalArgumentException if it does not fit; the message says why
   */
  public void check(SegmentIndexEntry entry) {
    String problem = misfits.of(Objects.requireNonNull(entry, "entry"));
    if (problem != null) {
      throw misfit(entry, problem);
    }
  }

  /**
   * Makes the entry that ends a merge, if the new segment has the documents that it must have:
   * those that live in the old ones, and those that were deleted from the old ones after the merge
   * had copied them. More would be deletes that came back, fewer documents that were lost. Nothing
   * changes.
   *
   * @param transactionId the merge, which is open
   * @param newSegmentId the segment that it made
   * @param docCount how many documents its files have, the remapped deletes included
   * @param remappedDeletes documents of the new segment
   * @return the entry, with the segments that the merge began with. It fits until the next entry
   *     that deletes from these
   * @throws IllegalArgumentException if it does not fit, or the count is another one; if the count
   *     of an old segment is not {@linkplain #docCount known}, any count is right
   */
  public EndMerge endMerge(
      long transactionId, long newSegmentId, long docCount, List<Document> remappedDeletes) {
    List<Long> old = merges.getOrDefault(transactionId, List.of());
    EndMerge end = new EndMerge(transactionId, newSegmentId, old, remappedDeletes);
    check(end);
    long live = misfits.liveDocCount(old);
    if (live != Segment.UNKNOWN && docCount != live + remappedDeletes.size()) {
      throw misfit(
          end,
          "the new segment has "
              + docCount
              + " documents, of which "
              + remappedDeletes.size()
              + " are deleted, but the old ones have "
              + live
              + " that live");
    }
    return end;
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
    replay(entry);
  }

  /**
   * Applies an entry whether it fits or not, as the Rust crate {@code durability} does: for its
   * histories. Live segments and their deletes are then what they are there.
   *
   * <ul>
   *   <li>A segment that is added, or ends a merge, takes the place of one with its id. The old
   *       ones are removed if they live, whether the merge was open or not.
   *   <li>Deletes in segments that do not live change nothing; so do remapped deletes that are not
   *       in the new segment. A delete beyond the count of a segment shows that the count is not
   *       {@linkplain #docCount known}.
   *   <li>A merge that begins is open if it fits. It is open no more when it ends or is cancelled,
   *       with whatever segments, or when one of its segments is removed.
   * </ul>
   *
   * @param entry what happened
   */
  public void replay(SegmentIndexEntry entry) {
    if (entry instanceof AddSegment add) {
      put(add.segmentId(), Integer.toUnsignedLong(add.docCount()), new DocumentSet());
    } else if (entry instanceof StartMerge start) {
      if (misfits.of(start) == null) {
        merges.put(start.transactionId(), start.segmentIds());
        start.segmentIds().forEach(id -> merging.put(id, start.transactionId()));
      }
    } else if (entry instanceof CancelMerge cancel) {
      close(cancel.transactionId());
    } else if (entry instanceof EndMerge end) {
      end(end);
    } else if (entry instanceof DeleteDocuments delete) {
      delete.deletes().forEach(this::delete);
    }
  }

  private void end(EndMerge end) {
    Set<Long> old = new HashSet<>(end.oldSegmentIds());
    DocumentSet deleted = new DocumentSet();
    long documentsMin = 0;
    for (Document each : end.remappedDeletes()) {
      if (each.segmentId() == end.newSegmentId()) {
        deleted.add(each.number());
        documentsMin = Math.max(documentsMin, each.number() + 1);
      }
    }
    long live = old.isEmpty() ? Segment.UNKNOWN : misfits.liveDocCount(old);
    long docCount = live == Segment.UNKNOWN ? live : live + deleted.size();
    if (docCount < documentsMin || docCount > Segment.DOC_COUNT_MAX) {
      docCount = Segment.UNKNOWN;
    }
    close(end.transactionId());
    for (Long id : old) {
      Long merge = merging.get(id);
      if (merge != null) {
        close(merge);
      }
      segments.remove(id);
    }
    put(end.newSegmentId(), docCount, deleted);
  }

  private void put(long segmentId, long docCount, DocumentSet deleted) {
    segments.put(segmentId, new Segment(owner, docCount, deleted));
  }

  private void close(long transactionId) {
    List<Long> began = merges.remove(transactionId);
    if (began != null) {
      began.forEach(merging::remove);
    }
  }

  private void delete(Document document) {
    Segment segment = segments.get(document.segmentId());
    if (segment == null) {
      return;
    }
    long docCount = segment.mayHave(document.number()) ? segment.docCount : Segment.UNKNOWN;
    if (segment.owner != owner || docCount != segment.docCount) {
      // A snapshot may still read the old one.
      segment = new Segment(owner, docCount, segment.deleted.copy());
      segments.put(document.segmentId(), segment);
    }
    segment.deleted.add(document.number());
  }

  /** {@return the ids of the live segments, in ascending order as unsigned numbers; a copy} */
  public List<Long> liveSegments() {
    return List.copyOf(segments.keySet());
  }

  /**
   * Tells how many documents a segment has, the deleted ones included. The entries tell this of a
   * segment that was added. Of one that a merge made it follows from the old ones: what lived in
   * them when it ended, and the remapped deletes.
   *
   * @param segmentId a live segment
   * @return the count; empty if the entries do not tell: after a {@linkplain #replay replayed}
   *     merge of segments that did not live, or a replayed delete beyond the count
   * @throws IllegalArgumentException if it does not live
   */
  public OptionalLong docCount(long segmentId) {
    return known(live(segmentId).docCount);
  }

  /**
   * Tells how many documents of a segment are not deleted.
   *
   * @param segmentId a live segment
   * @return the count; empty if {@link #docCount} is
   * @throws IllegalArgumentException if it does not live
   */
  public OptionalLong liveDocCount(long segmentId) {
    return known(live(segmentId).liveDocCount());
  }

  private static OptionalLong known(long count) {
    return count == Segment.UNKNOWN ? OptionalLong.empty() : OptionalLong.of(count);
  }

  /**
   * {@return the numbers of the deleted documents of a segment, ascending; a copy}
   *
   * @param segmentId a live segment
   * @throws IllegalArgumentException if it does not live
   * @throws ArithmeticException if they are more than an array holds
   */
  public long[] deletedDocs(long segmentId) {
    DocumentSet deleted = live(segmentId).deleted;
    long[] documents = new long[Math.toIntExact(deleted.size())];
    long from = 0;
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
    return live(document.segmentId()).deleted.contains(document.number());
  }

  /**
   * {@return the merges that are under way, with their segments, by transaction id as an unsigned
   * number; a copy} After a recovery, those that nobody will end should be cancelled.
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
    Long previous = null;
    for (long left = reader.number(); left > 0; left--) {
      long id = reader.idAfter(previous);
      state.segments.put(id, reader.segment(state.owner));
      previous = id;
    }
    previous = null;
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
      throw new IllegalArgumentException(Misfits.doesNotLive(segmentId));
    }
    return segment;
  }

  private static IllegalArgumentException misfit(SegmentIndexEntry entry, String problem) {
    return new IllegalArgumentException(
        entry.getClass().getSimpleName() + " does not fit the index: " + problem);
  }

  @Override
  public String toString() {
    return "SegmentIndexState[segments="
        + Unsigned.text(segments.keySet())
        + ", openMerges="
        + Unsigned.text(merges.keySet())
        + "]";
  }
}
