package dev.durability.benchmarks.store;

/** What an append promises when it returned. */
public enum Promise {
  /** The entry survives the loss of power. */
  DURABLE,
  /** Nothing, until the store writes or syncs by itself or is asked to. */
  UNSYNCED
}
