package dev.durability.cli.bench;

/** How much is written. */
final class Limits {
  /** What a turn writes at most. */
  static final long SLICE_BYTES = 64L << 20;

  /** What all files together may need: three logs with a few segments each, and those of probes. */
  static final long ROOM_BYTES = 1L << 30;

  private Limits() {}
}
