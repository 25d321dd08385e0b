package dev.durability.segmentindex;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * What happens to the segments of a search index, one entry of the log each.
 *
 * <p>The entries, their order, their fields and their bytes are those of {@code WalEntry} of the
 * Rust crate {@code durability}, so its histories can be read and replayed: {@link
 * SegmentIndexState#replay}.
 *
 * <p><b>Numbers.</b> Ids of segments, merges and entries are unsigned numbers of 64 bits, document
 * counts and document numbers are unsigned ones of 32 bits. As elsewhere in Java, a negative number
 * stands for the one that {@link Long#toUnsignedString(long)} or {@link
 * Integer#toUnsignedString(int)} prints, and that is how {@code toString} shows them.
 *
 * <p>An entry may hold any numbers and any lists. Whether it fits an index as it is, {@link
 * SegmentIndexState#check} tells. Entries are immutable.
 */
public sealed interface SegmentIndexEntry
    permits SegmentIndexEntry.AddSegment,
        SegmentIndexEntry.StartMerge,
        SegmentIndexEntry.CancelMerge,
        SegmentIndexEntry.EndMerge,
        SegmentIndexEntry.DeleteDocuments,
        SegmentIndexEntry.Checkpoint {

  /**
   * Makes the codec of the log's entries: postcard with unsigned integers. Make it once and keep
   * it.
   *
   * @return the codec, safe for many threads
   */
  static Codec<SegmentIndexEntry> codec() {
    // The crate has no schemas, and the order of its entries is its format.
    return PostcardCodec.ofUnsigned(SegmentIndexEntry.class, MethodHandles.lookup())
        .readingByPosition();
  }

  /**
   * A document: its segment, and its number there.
   *
   * @param segmentId the segment
   * @param docId its number within the segment, from 0; unsigned
   */
  public record Document(long segmentId, int docId) {
    long number() {
      return Integer.toUnsignedLong(docId);
    }

    @Override
    public String toString() {
      return "Document[segmentId=" + Unsigned.text(segmentId) + ", docId=" + number() + "]";
    }
  }

  /**
   * A new segment goes live, with none of its documents deleted.
   *
   * @param segmentId the segment
   * @param docCount how many documents it has; unsigned
   */
  public record AddSegment(long segmentId, int docCount) implements SegmentIndexEntry {
    @Override
    public String toString() {
      return "AddSegment[segmentId="
          + Unsigned.text(segmentId)
          + ", docCount="
          + Integer.toUnsignedLong(docCount)
          + "]";
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
     * Copies the list.
     *
     * @param transactionId the merge
     * @param segmentIds the segments
     */
    public StartMerge {
      segmentIds = List.copyOf(segmentIds);
    }

    @Override
    public String toString() {
      return "StartMerge[" + merge(transactionId, segmentIds) + "]";
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
     * Copies the list.
     *
     * @param transactionId the merge
     * @param segmentIds the segments
     */
    public CancelMerge {
      segmentIds = List.copyOf(segmentIds);
    }

    @Override
    public String toString() {
      return "CancelMerge[" + merge(transactionId, segmentIds) + "]";
    }
  }

  /**
   * A merge is complete: the new segment goes live and the old ones are removed, at once. How many
   * documents the new segment has follows from the index: those that live in the old ones, and the
   * remapped deletes. {@link SegmentIndexState#endMerge} makes such an entry, and compares that
   * with what the new segment really has.
   *
   * @param transactionId the merge
   * @param newSegmentId the segment that takes the place of the old ones
   * @param oldSegmentIds the segments that the merge began with
   * @param remappedDeletes documents of the new segment that were deleted from the old ones after
   *     the merge had copied them
   */
  public record EndMerge(
      long transactionId,
      long newSegmentId,
      List<Long> oldSegmentIds,
      List<Document> remappedDeletes)
      implements SegmentIndexEntry {
    /**
     * Copies the lists.
     *
     * @param transactionId the merge
     * @param newSegmentId what the segments became
     * @param oldSegmentIds the segments that were merged
     * @param remappedDeletes documents of the new segment
     */
    public EndMerge {
      oldSegmentIds = List.copyOf(oldSegmentIds);
      remappedDeletes = List.copyOf(remappedDeletes);
    }

    @Override
    public String toString() {
      return "EndMerge["
          + merge(transactionId, oldSegmentIds)
          + ", newSegmentId="
          + Unsigned.text(newSegmentId)
          + ", remappedDeletes="
          + remappedDeletes
          + "]";
    }
  }

  /**
   * Documents are deleted. One that is deleted already stays so.
   *
   * @param deletes the documents
   */
  public record DeleteDocuments(List<Document> deletes) implements SegmentIndexEntry {
    /**
     * Copies the list.
     *
     * @param deletes the documents
     */
    public DeleteDocuments {
      deletes = List.copyOf(deletes);
    }
  }

  /**
   * A checkpoint was taken, as the Rust crate notes it in its log. It changes nothing. A log of
   * this library has markers of its own, which are no entries.
   *
   * @param checkpointPath where the checkpoint is
   * @param lastEntryId the last entry that it contains
   */
  public record Checkpoint(String checkpointPath, long lastEntryId) implements SegmentIndexEntry {
    @Override
    public String toString() {
      return "Checkpoint[checkpointPath="
          + checkpointPath
          + ", lastEntryId="
          + Unsigned.text(lastEntryId)
          + "]";
    }
  }

  private static String merge(long transactionId, List<Long> segmentIds) {
    return "transactionId="
        + Unsigned.text(transactionId)
        + ", segmentIds="
        + Unsigned.text(segmentIds);
  }
}
