package dev.durability.benchmarks;

/** What a contestant stands for in a table. */
public enum Role {
  /** The bare loop that is the unit of the others. */
  PROBE,
  /** Another bare loop: it shows what limits the log, and is not the unit of anything. */
  BARE,
  /** This project's log or state, with its default options. The target is about this one. */
  OURS,
  /** The same, used in another way. */
  VARIANT,
  /** This project's log alone, in the same run: what a state on top of it is measured against. */
  REFERENCE,
  /** Another library, with the guarantee that is measured. */
  PEER,
  /** Another library that promises less; shown, and never compared. */
  LESSER_PEER
}
