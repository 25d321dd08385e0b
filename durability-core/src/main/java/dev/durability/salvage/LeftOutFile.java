package dev.durability.salvage;

/**
 * A file that was left out.
 *
 * @param file the file, relative to the directory of the log
 * @param kind what it is
 * @param reason why it was left out
 */
public record LeftOutFile(String file, Kind kind, String reason) {

  /** What a file is that was left out. */
  public enum Kind {
    /** It belongs to another log. */
    OTHER_LOG,
    /** It is of another version, or of another program. */
    OTHER_VERSION,
    /** It is a segment that is there twice, or one that has the number of another. */
    SECOND,
    /** It is a checkpoint that is damaged, or not what its name says. */
    BAD_CHECKPOINT,
    /** It is in quarantine, and no entry in it is proven to be whole. */
    NOTHING_WHOLE
  }
}
