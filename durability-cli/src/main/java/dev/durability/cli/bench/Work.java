package dev.durability.cli.bench;

/**
 * What a subject did in a turn.
 *
 * @param operations how many operations
 * @param nanos how long they took together
 */
record Work(long operations, long nanos) {

  /** Operations per second. */
  double rate() {
    return operations * 1e9 / Math.max(1, nanos);
  }
}
