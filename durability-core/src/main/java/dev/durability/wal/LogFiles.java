package dev.durability.wal;

/** The names in the directory of a log. */
final class LogFiles {
  static final String SEGMENTS = "wal";
  static final String LOCK = SEGMENTS + "/.lock";
  static final String CHECKPOINTS = "checkpoints";
  static final String QUARANTINE = "quarantine";

  /** The end of the name of a file that is being made. */
  static final String TEMPORARY = ".tmp";

  private LogFiles() {}
}
