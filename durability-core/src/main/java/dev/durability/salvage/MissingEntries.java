package dev.durability.salvage;

import dev.durability.log.LogReport;
import org.jspecify.annotations.Nullable;

/**
 * Entries that are in no stretch.
 *
 * @param firstEntryId the first
 * @param lastEntryId the last
 * @param kind whether that is a loss
 * @param after where what is intact before them ends; null if nothing is
 * @param before where what is intact after them begins; null if nothing is
 * @param evidence what shows that they were there, and why they are not
 */
public record MissingEntries(
    long firstEntryId,
    long lastEntryId,
    Kind kind,
    LogReport.@Nullable Position after,
    LogReport.@Nullable Position before,
    String evidence) {

  /** Whether it is a loss. */
  public enum Kind {
    /** Something in the log promises that they were durable. */
    LOST,
    /** A checkpoint contains them that is whole, or the log's owner keeps them elsewhere. */
    COVERED,
    /** Nothing promised them: a crash may leave that. The next opening would cut there. */
    UNPROMISED
  }
}
