package dev.durability.recovery;

/**
 * A state that was recovered.
 *
 * @param state the state
 * @param lastEntryId the last entry that is in it, 0 if there is none
 * @param checkpointId the last entry of the checkpoint that it was built from, 0 if it was built
 *     from the log alone
 * @param replayedEntries how many entries of the log were applied to that
 * @param damagedCheckpoints how many newer checkpoints were passed over because they are damaged
 * @param <S> the type of the state
 */
public record Recovery<S>(
    S state, long lastEntryId, long checkpointId, long replayedEntries, int damagedCheckpoints) {}
