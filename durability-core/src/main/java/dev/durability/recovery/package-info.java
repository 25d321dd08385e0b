/**
 * Rebuilds a state from the newest usable checkpoint and the entries after it. It only reads: it
 * takes no lock, and may run while a writer is at work.
 *
 * <p>What a verdict is, and how the end of a log is repaired, is elsewhere: see the package {@code
 * segment}, and {@code LogOpening} in {@code wal}.
 *
 * <p>Start with {@link dev.durability.recovery.Recoverer}. It recovers to the end of the log, up to
 * an entry, or up to an instant, as {@link dev.durability.recovery.RecoveryOptions} say.
 *
 * <pre>{@code
 * bound        the last entry that may be in the state
 * checkpoint   the newest that is whole and within the bound -> the state as of entry C
 *              damaged? the one before; none? the initial state, C = 0
 * entries      those from C + 1 to the bound, each applied   -> the state
 *              does the log not reach back to C + 1? an error, and no state
 * no log       the initial state
 * again?       a file that was removed meanwhile means that a newer checkpoint was published
 * }</pre>
 *
 * <ul>
 *   <li>{@link dev.durability.recovery.StateMachine} is what the caller writes: the initial state,
 *       how an entry changes it, and how it is written to a checkpoint and read again. Recovery
 *       needs only three functions of it, which can be given instead.
 *   <li>{@code CheckpointLoader} finds and reads the checkpoint.
 *   <li>{@link dev.durability.recovery.Recovery} is the result: the state, and what it was built
 *       from.
 * </ul>
 */
package dev.durability.recovery;
