package dev.durability.testkit.planted;

import org.jspecify.annotations.Nullable;

/**
 * Explores crashes of a library that has a class loader of its own. This interface and what is in
 * it are the same for all of them.
 */
public interface Hunt {

  /** What is explored. */
  enum Workload {
    LOG,
    LOG_WITH_FAILED_SYNCS,
    LOG_ON_FULL_DISKS,
    LOG_IN_BUFFERS,
    RECORD_LOG,
    RECORD_LOG_IN_BUFFERS,
    CUTS,
    STATE,
    VERSIONS
  }

  /**
   * What came of it.
   *
   * @param states how many states were explored
   * @param violation what is wrong with the last of them, or null
   */
  record Outcome(long states, @Nullable String violation) {}

  /** Explores at most so many states, or up to the first violation. */
  Outcome explore(Workload workload, long seed, long statesMax);
}
