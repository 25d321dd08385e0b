package dev.durability.log;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A segment, before its entries.
 *
 * @param segmentId its number
 * @param firstEntryId the id of its first entry, by its name
 * @param file its file, relative to the directory
 * @param bytes the size of the file
 * @param state whether its entries are handed over
 * @param created when it was made; null if its header cannot be read
 * @param rewinds whether the log's owner cut off the end of the log before its first entry
 * @param startsCovered whether the log's owner keeps elsewhere what is before its first entry: the
 *     log begins here
 */
public record SegmentInfo(
    long segmentId,
    long firstEntryId,
    String file,
    long bytes,
    State state,
    @Nullable Instant created,
    boolean rewinds,
    boolean startsCovered) {

  /** Whether the entries of a segment count. */
  public enum State {
    /** They do, and are handed over as far as they are intact. */
    READ,
    /** A later segment made all of them void: the log's owner cut off the end of the log. */
    VOID,
    /** Its header is damaged, or is not that of its name. */
    DAMAGED,
    /** It has another version, or is a file of another program. */
    OTHER_VERSION
  }
}
