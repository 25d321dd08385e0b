package dev.durability.log;

/** What a replay accepts. */
public enum ReplayMode {
  /** The intact prefix of a log that a crash left: everything but {@link Verdict#CORRUPT}. */
  PREFIX,
  /**
   * Only a log that is {@link Verdict#CLEAN}. For logs that nobody is writing: while a writer is at
   * work, the end may look torn.
   */
  STRICT
}
