package dev.durability.rust;

/** How a log of the crate was left, as far as its files tell. */
public enum CrateVerdict {
  /** Everything is whole to the end, or to zeros up to the end of the file. */
  CLEAN,
  /** The last entry is cut off. A crash leaves this; nothing whole follows. */
  TORN,
  /**
   * The last entry is there and damaged, and nothing whole follows. A crash leaves this, and so
   * does damage of an entry that was synced: the crate's files do not say what was. The crate
   * refuses it.
   */
  AMBIGUOUS,
  /** Something is damaged or missing that is not the end of the log. */
  CORRUPT
}
