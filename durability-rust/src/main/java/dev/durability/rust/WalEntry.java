package dev.durability.rust;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * The entries that the crate itself defines, those of an index made of segments. All numbers are
 * unsigned: {@code long} stands for u64, {@code int} for u32.
 */
public sealed interface WalEntry
    permits WalEntry.AddSegment,
        WalEntry.StartMerge,
        WalEntry.CancelMerge,
        WalEntry.EndMerge,
        WalEntry.DeleteDocuments,
        WalEntry.Checkpoint {

  /**
   * {@return the codec: the bytes of the crate}. Unlike the crate's decoder it refuses bytes after
   * the value.
   */
  static Codec<WalEntry> codec() {
    return PostcardCodec.ofUnsigned(WalEntry.class, MethodHandles.lookup());
  }

  /**
   * A segment was added.
   *
   * @param segmentId its id
   * @param docCount how many documents it has
   */
  record AddSegment(long segmentId, int docCount) implements WalEntry {}

  /**
   * A merge began.
   *
   * @param transactionId the merge
   * @param segmentIds what is merged
   */
  record StartMerge(long transactionId, List<Long> segmentIds) implements WalEntry {
    /**
     * Makes an entry with an unmodifiable list.
     *
     * @param transactionId as above
     * @param segmentIds as above
     */
    public StartMerge {
      segmentIds = List.copyOf(segmentIds);
    }
  }

  /**
   * A merge was given up.
   *
   * @param transactionId the merge
   * @param segmentIds what was to be merged
   */
  record CancelMerge(long transactionId, List<Long> segmentIds) implements WalEntry {
    /**
     * Makes an entry with an unmodifiable list.
     *
     * @param transactionId as above
     * @param segmentIds as above
     */
    public CancelMerge {
      segmentIds = List.copyOf(segmentIds);
    }
  }

  /**
   * A merge ended.
   *
   * @param transactionId the merge
   * @param newSegmentId the segment that it made
   * @param oldSegmentIds the segments that are in it
   * @param remappedDeletes the documents that are deleted in the new segment
   */
  record EndMerge(
      long transactionId,
      long newSegmentId,
      List<Long> oldSegmentIds,
      List<Document> remappedDeletes)
      implements WalEntry {
    /**
     * Makes an entry with unmodifiable lists.
     *
     * @param transactionId as above
     * @param newSegmentId as above
     * @param oldSegmentIds as above
     * @param remappedDeletes as above
     */
    public EndMerge {
      oldSegmentIds = List.copyOf(oldSegmentIds);
      remappedDeletes = List.copyOf(remappedDeletes);
    }
  }

  /**
   * Documents were deleted.
   *
   * @param deletes which
   */
  record DeleteDocuments(List<Document> deletes) implements WalEntry {
    /**
     * Makes an entry with an unmodifiable list.
     *
     * @param deletes as above
     */
    public DeleteDocuments {
      deletes = List.copyOf(deletes);
    }
  }

  /**
   * The marker: a checkpoint was published. It takes an id as every entry.
   *
   * @param checkpointPath the checkpoint, relative to the root
   * @param lastEntryId the last entry that it contains
   */
  record Checkpoint(String checkpointPath, long lastEntryId) implements WalEntry {}

  /**
   * A document of a segment.
   *
   * @param segmentId the segment
   * @param documentId the document's number in it
   */
  record Document(long segmentId, int documentId) {}
}
