package dev.durability.log;

/** What a replay accepts. */
public enum ReplayMode {
  /** The intact prefix of a log after a crash: everything but {@link Verdict#CORRUPT}. */
  PREFIX,
  /**
   * Only a log that is {@link Verdict#CLEAN}. For logs that are not being written: while a writer
   * is at work, the end may look torn.
   */
  STRICT
}
