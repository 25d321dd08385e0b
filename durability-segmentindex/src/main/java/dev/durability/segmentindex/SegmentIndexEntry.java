package dev.durability.segmentindex;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import java.lang.invoke.MethodHandles;
import java.util.HashSet;
import java.util.List;

/**
 * What happens to the segments of a search index, one entry of the log each.
 *
 * <p>Ids and counts are zero or more; the constructors refuse others, and lists that name something
 * twice, with an {@link IllegalArgumentException}. Whether an entry fits the index as it is, {@link
 * SegmentIndexState#check} tells. Entries are immutable.
 */
public sealed interface SegmentIndexEntry
    permits SegmentIndexEntry.AddSegment,
        SegmentIndexEntry.StartMerge,
        SegmentIndexEntry.CancelMerge,
        SegmentIndexEntry.EndMerge,
        SegmentIndexEntry.DeleteDocuments {

  /**
   * Makes the codec of the log's entries: postcard with unsigned integers. Make it once and keep
   * it.
   *
   * @return the codec, safe for many threads
   */
  static Codec<SegmentIndexEntry> codec() {
    return PostcardCodec.ofUnsigned(SegmentIndexEntry.class, MethodHandles.lookup());
  }

  /**
   * A document: its segment, and its number there.
   *
   * @param segmentId the segment
   * @param docId its number within the segment, from 0
   */
  public record Document(long segmentId, int docId) {
    /**
     * Checks the ids.
     *
     * @param segmentId the segment
     * @param docId its number within the segment, from 0
     */
    public Document {
      requireNotNegative("segment id", segmentId);
      requireNotNegative("document id", docId);
    }
  }

  /**
   * A new segment goes live, with none of its documents deleted.
   *
   * @param segmentId the segment
   * @param docCount how many documents it has
   */
  public record AddSegment(long segmentId, int docCount) implements SegmentIndexEntry {
    /**
     * Checks the numbers.
     *
     * @param segmentId the segment
     * @param docCount how many documents it has
     */
    public AddSegment {
      requireNotNegative("segment id", segmentId);
      requireNotNegative("document count", docCount);
    }
  }

  /**
   * A merge of segments begins. They stay live, and documents may still be deleted from them, but
   * no other merge may take them.
   *
   * @param transactionId the merge, until it ends or is cancelled
   * @param segmentIds the segments, at least one
   */
  public record StartMerge(long transactionId, List<Long> segmentIds) implements SegmentIndexEntry {
    /**
     * Checks the ids.
     *
     * @param transactionId the merge
     * @param segmentIds the segments, at least one
     */
    public StartMerge {
      requireNotNegative("transaction id", transactionId);
      segmentIds = distinctIds(segmentIds);
    }
  }

  /**
   * A merge is given up; its segments are free for others.
   *
   * @param transactionId the merge
   * @param segmentIds the segments that it began with
   */
  public record CancelMerge(long transactionId, List<Long> segmentIds)
      implements SegmentIndexEntry {
    /**
     * Checks the ids.
     *
     * @param transactionId the merge
     * @param segmentIds the segments that it began with
     */
    public CancelMerge {
      requireNotNegative("transaction id", transactionId);
      segmentIds = distinctIds(segmentIds);
    }
  }

  /**
   * A merge is complete: the new segment goes live and the old ones are removed, at once.
   *
   * <p>The document count comes last, so that the bytes before it are the same as in formats that
   * lack it.
   *
   * @param transactionId the merge
   * @param newSegmentId the segment that takes the place of the old ones
   * @param oldSegmentIds the segments that the merge began with
   * @param remappedDeletes documents of the new segment that were deleted from the old ones after
   *     the merge had copied them
   * @param docCount how many documents the new segment has, those deletes included
   */
  public record EndMerge(
      long transactionId,
      long newSegmentId,
      List<Long> oldSegmentIds,
      List<Document> remappedDeletes,
      int docCount)
      implements SegmentIndexEntry {
    /**
     * Checks the ids and that all deletes are in the new segment.
     *
     * @param transactionId the merge
     * @param newSegmentId what the segments became
     * @param oldSegmentIds the segments that were merged
     * @param remappedDeletes documents of the new segment
     * @param docCount how many documents the new segment has
     */
    public EndMerge {
      requireNotNegative("transaction id", transactionId);
      requireNotNegative("segment id", newSegmentId);
      requireNotNegative("document count", docCount);
      oldSegmentIds = distinctIds(oldSegmentIds);
      remappedDeletes = distinct("document", remappedDeletes);
      for (Document each : remappedDeletes) {
        if (each.segmentId() != newSegmentId || each.docId() >= docCount) {
          throw new IllegalArgumentException(
              each + " is not one of the " + docCount + " of the new segment " + newSegmentId);
        }
      }
    }
  }

  /**
   * Documents are deleted. One that is deleted already stays so.
   *
   * @param deletes the documents
   */
  public record DeleteDocuments(List<Document> deletes) implements SegmentIndexEntry {
    /**
     * Checks the documents.
     *
     * @param deletes the documents
     */
    public DeleteDocuments {
      deletes = distinct("document", deletes);
    }
  }

  private static void requireNotNegative(String what, long number) {
    if (number < 0) {
      throw new IllegalArgumentException(what + " " + number + " is negative");
    }
  }

  private static List<Long> distinctIds(List<Long> segmentIds) {
    if (segmentIds.isEmpty()) {
      throw new IllegalArgumentException("a merge names no segments");
    }
    segmentIds.forEach(id -> requireNotNegative("segment id", id));
    return distinct("segment", segmentIds);
  }

  private static <E> List<E> distinct(String what, List<E> elements) {
    HashSet<E> seen = new HashSet<>();
    for (E each : elements) {
      if (!seen.add(each)) {
        throw new IllegalArgumentException("the " + what + " " + each + " is named twice");
      }
    }
    return List.copyOf(elements);
  }
}
