package dev.durability.testkit;

import dev.durability.testkit.CrashReport.Origin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A crash, and what it left.
 *
 * @param disk what is found
 * @param past what was noted before
 * @param lastPowerLoss see {@link History#lastPowerLoss}
 * @param origin how it came to be
 * @param life in which life it happened
 * @param point after how many operations of that life it happened
 * @param kill how the process was killed, or null if the power failed
 * @param combination which options of the open choices are found after a loss of power
 * @param seed decides what is explored from here
 * @param key equal for states that need not be explored twice
 */
record Crash<E>(
    Disk disk,
    List<E> past,
    int lastPowerLoss,
    Origin origin,
    Life<E> life,
    int point,
    @Nullable String kill,
    List<Integer> combination,
    long seed,
    long key) {

  /**
   * A run that was, or will be, cut short.
   *
   * @param before the crash before it, or null for the workload
   * @param start the disk at its start
   * @param trace what happened
   * @param history its history
   */
  record Life<E>(@Nullable Crash<E> before, Disk start, Trace trace, History<E> history) {
    int crashes() {
      return history.crashes();
    }
  }
}
