package dev.durability.segment;

/** The names in the directory of a log. */
public final class LogFiles {
  public static final String SEGMENTS = "wal";
  public static final String LOCK = SEGMENTS + "/.lock";
  public static final String QUARANTINE = "quarantine";

  /** The end of the name of a file that is being made. */
  static final String TEMPORARY = ".tmp";

  /** The name of the next segment's file while it is filled ahead of need. */
  static final String SPARE = "spare" + TEMPORARY;

  private LogFiles() {}

  /** Tells whether a file in {@link #SEGMENTS} is one that a writer of the log was making. */
  public static boolean isSegmentInTheMaking(String name) {
    return name.equals(SPARE)
        || (name.endsWith(TEMPORARY)
            && isSegment(name.substring(0, name.length() - TEMPORARY.length())));
  }

  /** Tells whether a name is that of a segment. */
  public static boolean isSegment(String name) {
    return SegmentName.parse(name) != null;
  }
}
