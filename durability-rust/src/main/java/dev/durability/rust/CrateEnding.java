package dev.durability.rust;

/**
 * Where a reading ended, and why.
 *
 * @param kind why
 * @param file the file, relative to the directory; empty if there is none
 * @param offset the offset in it at which the last whole entry or the header ends, in bytes
 * @param bytes how many bytes of the file are after that
 */
public record CrateEnding(Kind kind, String file, long offset, long bytes) {

  /** Why a reading ended. */
  public enum Kind {
    /** The file ends with a whole entry or its header, or there is no file. */
    WHOLE,
    /** Nothing but zeros follows: room that was reserved. */
    ZEROS,
    /** The file ends within its own header. */
    CUT_HEADER,
    /** The file ends within an entry. */
    CUT_ENTRY,
    /** A length of 0 with a byte after it that is not 0; before 0.7.3, any length of 0. */
    ZERO_LENGTH,
    /** The last entry that was wanted is read. */
    LIMIT
  }
}
