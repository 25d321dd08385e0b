package dev.durability.log;

import dev.durability.errors.ChecksumMismatch;
import org.jspecify.annotations.Nullable;

/**
 * How a log was left, as its files show it.
 *
 * @param verdict how the log was left
 * @param intact P: the last entry of the longest valid and contiguous run, whole batches only
 * @param covered C: the last entry that the newest valid checkpoint contains, 0 if there is none
 * @param promised D: the largest entry id that anything in the log says is durable
 * @param segments how many segments count; those that were cut off whole do not
 * @param end where the intact run ends
 * @param cut where opening will cut the log, keeping what it cuts in quarantine; null if it cuts
 *     only zeros, or refuses to open
 * @param reason why the verdict is not {@link Verdict#CLEAN}; null if it is CLEAN
 * @param checksum if the verdict is {@link Verdict#CORRUPT}, the checksum that shows the damage at
 *     the end of the run, as {@link dev.durability.errors.CorruptLogException#checksum} has it;
 *     null if none does, and for the other verdicts
 */
public record LogReport(
    Verdict verdict,
    long intact,
    long covered,
    long promised,
    int segments,
    Position end,
    @Nullable Position cut,
    @Nullable String reason,
    @Nullable ChecksumMismatch checksum) {

  /**
   * A place in a file.
   *
   * @param file the file, relative to the directory
   * @param offset the offset in it, in bytes
   */
  public record Position(String file, long offset) {}
}
