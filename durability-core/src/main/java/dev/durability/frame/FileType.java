package dev.durability.frame;

/** What a file is, told by its first four bytes. */
public enum FileType {
  /** A segment of a write-ahead log. */
  SEGMENT('D', 'W', 'A', 'L'),
  /** A log in a single file. */
  RECORD_LOG('D', 'R', 'L', 'G'),
  /** A checkpoint. */
  CHECKPOINT('D', 'C', 'K', 'P');

  private final int magic;

  FileType(char a, char b, char c, char d) {
    magic = a | b << 8 | c << 16 | d << 24;
  }

  /** The four bytes as a little-endian integer. */
  int magic() {
    return magic;
  }
}
