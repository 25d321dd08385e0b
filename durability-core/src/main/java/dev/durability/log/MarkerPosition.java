package dev.durability.log;

/**
 * Where the log says that a checkpoint covers it. The marker takes no entry id.
 *
 * @param file the segment that holds the marker, relative to the log's directory
 * @param offset where the marker starts in it, in bytes
 * @param nextEntryId the id of the entry after the marker, which has or will have it
 */
public record MarkerPosition(String file, long offset, long nextEntryId) {}
