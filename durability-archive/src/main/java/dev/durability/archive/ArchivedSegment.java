package dev.durability.archive;

import java.util.List;

/**
 * A segment as far as it is in the archive.
 *
 * @param header its header
 * @param lastEntryId the last entry that is archived, less than the first if none is
 * @param stampMicros the last time that what is archived has
 * @param ended whether all of it is archived
 * @param coveredElsewhere the last entry that the log's owner keeps elsewhere, by the segment's
 *     beginning, or 0
 * @param prefixBytes the offset after the last archived entry; of an ended segment, its size
 * @param prefixSha256 the hash of the bytes before that
 * @param parts its bytes, in order, without gaps
 */
record ArchivedSegment(
    SegmentHeader header,
    long lastEntryId,
    long stampMicros,
    boolean ended,
    long coveredElsewhere,
    long prefixBytes,
    String prefixSha256,
    List<ArchivedPart> parts) {

  ArchivedSegment {
    parts = List.copyOf(parts);
  }

  long number() {
    return header.number();
  }

  long firstEntryId() {
    return header.firstEntryId();
  }

  boolean hasEntries() {
    return lastEntryId >= header.firstEntryId();
  }

  /** How many of its bytes are archived. */
  long bytes() {
    return parts.isEmpty() ? 0 : parts.get(parts.size() - 1).end();
  }

  /** Its file, relative to the log's directory. */
  String file() {
    return LogNames.segment(header.number(), header.firstEntryId());
  }
}
