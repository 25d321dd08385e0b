package dev.durability.log;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A file in a log's directory with which a program beside the writer keeps segments and checkpoints
 * from being removed. See {@link dev.durability.wal.WalHolds}.
 *
 * @param holder who holds them
 * @param fromEntryId the first entry that is needed; 1 if the file is damaged
 * @param until when the hold expires; {@link Instant#MAX} if the file is damaged: it then holds
 *     everything until it is released
 * @param problem what is wrong with the file, null if nothing is
 */
public record LogHold(String holder, long fromEntryId, Instant until, @Nullable String problem) {

  /**
   * Tells whether it keeps a segment.
   *
   * @param segment the segment
   * @param now the time
   * @return whether the hold is in force and the segment has an entry that it needs
   */
  public boolean keeps(SegmentRange segment, Instant now) {
    return isInForce(now) && segment.lastEntryId() >= fromEntryId;
  }

  /**
   * Tells whether it keeps a checkpoint: one that the entries from {@link #fromEntryId} on, or
   * later ones, continue.
   *
   * @param lastEntryId the last entry that the checkpoint contains
   * @param now the time
   * @return whether the hold is in force and needs that checkpoint
   */
  public boolean keepsCheckpoint(long lastEntryId, Instant now) {
    return isInForce(now) && lastEntryId >= fromEntryId - 1;
  }

  /**
   * Tells whether it counts.
   *
   * @param now the time
   * @return whether it has not expired
   */
  public boolean isInForce(Instant now) {
    return now.isBefore(until);
  }
}
