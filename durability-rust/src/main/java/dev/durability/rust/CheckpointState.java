package dev.durability.rust;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * The state that the crate itself keeps in a checkpoint: the segments of an index. All numbers are
 * unsigned.
 *
 * @param segments the segments, in ascending order if the crate wrote them
 */
public record CheckpointState(List<Segment> segments) {

  /**
   * Makes a state with an unmodifiable list.
   *
   * @param segments as above
   */
  public CheckpointState {
    segments = List.copyOf(segments);
  }

  /** {@return the codec: the bytes of the crate} */
  public static Codec<CheckpointState> codec() {
    return PostcardCodec.ofUnsigned(CheckpointState.class, MethodHandles.lookup())
        .readingByPosition(); // The crate has no schemas.
  }

  /**
   * A segment.
   *
   * @param segmentId its id
   * @param docCount how many documents it has
   * @param deletedDocs which of them are deleted, in ascending order if the crate wrote them
   */
  public record Segment(long segmentId, int docCount, List<Integer> deletedDocs) {
    /**
     * Makes a segment with an unmodifiable list.
     *
     * @param segmentId as above
     * @param docCount as above
     * @param deletedDocs as above
     */
    public Segment {
      deletedDocs = List.copyOf(deletedDocs);
    }
  }
}
