package dev.durability.log;

/** What the files of a log say about how it was left. The rule is in docs/format.md. */
public enum Verdict {
  /** Everything is valid to the end. */
  CLEAN,
  /** A crash broke off the last write: opening cuts after the last whole batch. */
  TORN,
  /**
   * As {@link #TORN}, but valid frames follow the place where opening will cut. A device that
   * persists blocks out of order leaves that. Nothing that was promised is missing.
   */
  AMBIGUOUS,
  /** Something that was promised is damaged or missing. No crash leaves this. */
  CORRUPT
}
