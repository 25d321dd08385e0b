package dev.durability;

import org.jspecify.annotations.Nullable;

/**
 * The health of a state at one moment, though the parts may be some updates apart.
 *
 * @param failure why the state refuses to go on: what poisoned its log, or why an entry could not
 *     be applied; null if it goes on. Only opening it again helps
 * @param checkpointId the last entry that the newest checkpoint contains, 0 if there is none
 * @param checkpointFailure why the last checkpoint failed, by the policy or on demand; null if it
 *     succeeded, or there was none
 * @param durableId the last entry of the log that survives power loss, 0 if there is none
 * @param appliedId the last entry that is in the state, 0 if there is none
 */
public record StateHealth(
    @Nullable Throwable failure,
    long checkpointId,
    @Nullable Throwable checkpointFailure,
    long durableId,
    long appliedId) {}
