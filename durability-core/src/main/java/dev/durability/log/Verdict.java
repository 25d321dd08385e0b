package dev.durability.log;

/** What the files of a log say about how it was left. docs/format.md holds the rule. */
public enum Verdict {
  /** Everything is valid to the end. */
  CLEAN,
  /** The end was being written at a crash: opening cuts behind the last whole batch. */
  TORN,
  /**
   * As {@link #TORN}, but valid frames lie behind what will be cut, as a device leaves them that
   * persists blocks out of order. Nothing that was promised is missing.
   */
  AMBIGUOUS,
  /** Something that was promised is damaged or missing; no honest crash leaves this. */
  CORRUPT
}
