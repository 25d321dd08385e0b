package dev.durability.cli.bench;

/**
 * Does the disk report data as stored that is not, or is it slow? The answer comes from synced
 * writes of a few bytes, and of more.
 */
enum DiskVerdict {
  /** There is no disk. */
  MEMORY,
  /** Faster than any device that stores something. */
  IMPLAUSIBLE,
  /**
   * As fast as a device that keeps its cache through a loss of power, or one that ignores flushes.
   */
  FAST,
  /** As fast as a solid-state disk. */
  PLAUSIBLE,
  /** As slow as a spinning disk, or one at the other end of a network. */
  SLOW;

  /** System calls and a memory copy take less, the quickest devices more. */
  private static final long IMPLAUSIBLE_NANOS = 8_000;

  /** A solid-state disk that writes its cache to flash takes longer. */
  private static final long FAST_NANOS = 150_000;

  /** A solid-state disk takes less. */
  private static final long SLOW_NANOS = 2_000_000;

  /** Storing a MiB takes clearly longer than copying it; a ratio below this is measuring error. */
  private static final double COST_OF_SYNC_MIN = 1.25;

  static DiskVerdict of(FileSystem fileSystem, long syncedWriteNanos, double costOfSync) {
    if (fileSystem.isInMemory()) {
      return MEMORY;
    }
    if (syncedWriteNanos < IMPLAUSIBLE_NANOS || costOfSync < COST_OF_SYNC_MIN) {
      return IMPLAUSIBLE;
    }
    if (syncedWriteNanos < FAST_NANOS) {
      return FAST;
    }
    return syncedWriteNanos < SLOW_NANOS ? PLAUSIBLE : SLOW;
  }

  /** What it means for the user. */
  String explanation() {
    return switch (this) {
      case MEMORY ->
          "These files are in memory: nothing here survives the loss of power, and the figures say"
              + " nothing about a disk. Name a directory on the disk that you mean.";
      case IMPLAUSIBLE ->
          "No device stores that fast. Something reports data as stored that is not: a cache that"
              + " is not flushed, a mount without barriers, a RAM disk, or a library or virtual"
              + " machine that drops syncs. What is called durable below is not safe from the"
              + " loss of power.";
      case FAST ->
          "This is plausible for a device whose cache survives the loss of power (a server's"
              + " solid-state disk, a controller with a battery). A consumer's solid-state disk"
              + " takes longer if it tells the truth, and the disk of a virtual machine is as"
              + " safe as its host makes it.";
      case PLAUSIBLE -> "A solid-state disk that stores before it answers takes about that long.";
      case SLOW ->
          "It is slow, and probably tells the truth: a spinning disk, a network disk, or a"
              + " solid-state disk that is slow to flush. Let many threads share a sync, or use"
              + " appendAsync.";
    };
  }
}
