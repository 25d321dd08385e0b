package dev.durability.benchmarks;

/** What a contestant stands for in a table. */
public enum Role {
  /** The bare loop that is the unit of the others. */
  PROBE,
  /** Another bare loop: it shows what limits the log, and is not the unit of anything. */
  BARE,
  /** This project's log, with its default options. The target is about this one. */
  OURS,
  /** This project's log, used in another way. */
  VARIANT,
  /** Another library, with the guarantee that is measured. */
  PEER,
  /** Another library that promises less; shown, and never compared. */
  LESSER_PEER
}
