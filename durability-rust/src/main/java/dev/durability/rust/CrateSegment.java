package dev.durability.rust;

/**
 * A segment of the crate's log.
 *
 * @param segmentId its id, unsigned
 * @param file its file, relative to the directory
 * @param version the version in its header, 2 or 3; 0 if the header is cut
 * @param firstEntryId the id of its first entry as its header says, unsigned
 * @param entries how many entries it has
 * @param bytes the size of its file
 * @param newerChecksums how many entries have a checksum of version 3 in a segment of version 2
 */
public record CrateSegment(
    long segmentId,
    String file,
    int version,
    long firstEntryId,
    long entries,
    long bytes,
    long newerChecksums) {

  /** {@return the id of its last entry, unsigned; if it has none, of the one before its first} */
  public long lastEntryId() {
    return firstEntryId + entries - 1;
  }
}
