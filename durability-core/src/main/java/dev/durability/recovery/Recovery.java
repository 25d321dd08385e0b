package dev.durability.recovery;

import dev.durability.log.ClockStandstill;
import java.util.List;

/**
 * A recovered state.
 *
 * @param state the state
 * @param lastEntryId the last entry that is in it, 0 if there is none
 * @param checkpointId the last entry of the checkpoint that it was built from, 0 if it was built
 *     from the log alone
 * @param replayedEntries how many entries of the log were applied to it
 * @param damagedCheckpoints how many newer checkpoints were skipped because they are damaged
 * @param standstills for recovery to an instant, the entries during which the log's clock stood
 *     still at a later time because it was set back. They are not in the state, although they may
 *     have been durable at the instant. To include them, recover up to an entry. Empty otherwise
 * @param <S> the type of the state
 */
public record Recovery<S>(
    S state,
    long lastEntryId,
    long checkpointId,
    long replayedEntries,
    int damagedCheckpoints,
    List<ClockStandstill> standstills) {}
