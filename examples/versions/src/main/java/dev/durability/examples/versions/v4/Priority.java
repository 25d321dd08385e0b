package dev.durability.examples.versions.v4;

/** How soon a ticket needs help. One is new, one has another name, and all have other places. */
public enum Priority {
  /** At once; new. */
  URGENT,
  /** Before others. */
  HIGH,
  /** In its turn; it was NORMAL. */
  MEDIUM,
  /** Whenever there is time. */
  LOW
}
