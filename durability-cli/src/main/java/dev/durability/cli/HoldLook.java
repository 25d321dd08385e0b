package dev.durability.cli;

import dev.durability.log.LogHold;
import dev.durability.storage.Directory;
import dev.durability.wal.WalHolds;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * A program that keeps segments and checkpoints from being removed.
 *
 * @param hold its hold
 * @param state whether that counts
 */
record HoldLook(LogHold hold, State state) {

  /** Whether a hold counts. */
  enum State {
    IN_FORCE,
    EXPIRED,
    /** It keeps everything until it is released. */
    DAMAGED
  }

  static List<HoldLook> list(Directory log, Instant now) throws IOException {
    return WalHolds.list(log, now).stream()
        .map(hold -> new HoldLook(hold, stateOf(hold, now)))
        .toList();
  }

  private static State stateOf(LogHold hold, Instant now) {
    if (hold.problem() != null) {
      return State.DAMAGED;
    }
    return hold.isInForce(now) ? State.IN_FORCE : State.EXPIRED;
  }
}
