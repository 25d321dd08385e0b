package dev.durability.rust;

import java.util.Objects;

/**
 * How a log of the crate is written. Immutable.
 *
 * @param version as which version
 * @param segmentBytes the size at which a segment ends, at least 40: before an entry that would
 *     exceed it. A segment has at least one entry
 * @param firstEntryId the id of the first entry of a log that is created, unsigned. The crate
 *     begins at 1; a log that begins later is as one that was truncated
 */
public record CrateLogOptions(CrateVersion version, long segmentBytes, long firstEntryId) {
  private static final long SEGMENT_BYTES = 10L << 20;
  private static final long SEGMENT_BYTES_MIN =
      CrateFormat.SEGMENT_HEADER_BYTES + CrateFormat.FRAME_HEADER_BYTES;

  /**
   * Makes options.
   *
   * @param version as above
   * @param segmentBytes as above
   * @param firstEntryId as above
   * @throws IllegalArgumentException if the size of a segment is less than 40, or the first id is 0
   */
  public CrateLogOptions {
    Objects.requireNonNull(version, "version");
    if (segmentBytes < SEGMENT_BYTES_MIN) {
      throw new IllegalArgumentException(
          "segmentBytes is at least " + SEGMENT_BYTES_MIN + ", not " + segmentBytes);
    }
    if (firstEntryId == 0) {
      throw new IllegalArgumentException("firstEntryId is at least 1, not 0");
    }
  }

  /**
   * {@return the options of a version, with segments of 10 MiB and ids from 1 on}
   *
   * @param version the version
   */
  public static CrateLogOptions of(CrateVersion version) {
    return new CrateLogOptions(version, SEGMENT_BYTES, 1);
  }

  /**
   * {@return these options with another size of segments}
   *
   * @param bytes the size
   */
  public CrateLogOptions withSegmentBytes(long bytes) {
    return new CrateLogOptions(version, bytes, firstEntryId);
  }

  /**
   * {@return these options with another first id}
   *
   * @param id the id
   */
  public CrateLogOptions withFirstEntryId(long id) {
    return new CrateLogOptions(version, segmentBytes, id);
  }
}
