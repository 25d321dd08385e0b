package dev.durability.salvage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries without a hole that were written to a log.
 *
 * @param source where they come from: empty for the log, else a file in quarantine
 * @param firstEntryId the first, by the ids of the damaged log
 * @param lastEntryId the last; the one before the first if there is only a checkpoint
 * @param writtenFirstId the id that the first has now: its own, unless ids were given anew
 * @param payloadBytes the bytes of their payloads
 * @param checkpoints the last entries of the checkpoints that were copied beside them
 * @param doubt why some of them may not belong to the log any more; null if nothing says so
 */
public record SalvagedStretch(
    String source,
    long firstEntryId,
    long lastEntryId,
    long writtenFirstId,
    long payloadBytes,
    List<Long> checkpoints,
    @Nullable String doubt) {

  /** {@return how many entries there are} */
  public long entries() {
    return lastEntryId - firstEntryId + 1;
  }
}
