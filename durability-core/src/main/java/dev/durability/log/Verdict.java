package dev.durability.log;

/** What the files of a log say about how it was left. docs/format.md has the rule. */
public enum Verdict {
  /** Everything is valid to the end. */
  CLEAN,
  /** A crash hit while the end was being written: opening cuts after the last whole batch. */
  TORN,
  /**
   * As {@link #TORN}, but with valid frames after the place of the cut: a device that persists
   * blocks out of order leaves that. Nothing that was promised is missing.
   */
  AMBIGUOUS,
  /** Something that was promised is damaged or missing; no honest crash leaves this. */
  CORRUPT
}
