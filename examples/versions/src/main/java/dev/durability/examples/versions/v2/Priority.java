package dev.durability.examples.versions.v2;

/** How soon a ticket needs help. */
public enum Priority {
  /** Whenever there is time. */
  LOW,
  /** In its turn. */
  NORMAL,
  /** Before others. */
  HIGH
}
