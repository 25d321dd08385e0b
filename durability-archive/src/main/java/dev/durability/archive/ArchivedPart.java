package dev.durability.archive;

/**
 * Bytes of a file that are one object.
 *
 * @param offset where they are in the file
 * @param bytes how many
 * @param level how often they were merged
 * @param sha256 their hash
 * @param key the object
 */
record ArchivedPart(long offset, long bytes, int level, String sha256, String key) {
  long end() {
    return offset + bytes;
  }
}
