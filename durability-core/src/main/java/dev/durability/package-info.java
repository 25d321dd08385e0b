/**
 * A state in memory that survives crashes, with its whole life cycle in one object. Start with
 * {@link dev.durability.DurableState}; what you write yourself is a {@link
 * dev.durability.recovery.StateMachine}.
 *
 * <pre>{@code
 * open         read the newest usable checkpoint      -> the state as of entry C
 *              apply the entries after C              -> the state as of the last entry
 *              open the log for writing
 *
 * update       encode the entry
 *              append it to the log                   -> it has an id
 *              sync the log, together with others     -> it is durable
 *              apply it to the state                  -> readers see it, and update returns
 *
 * checkpoint   copy the state as of entry C           -> updates go on
 *              write the copy to a file, durably
 *              append a marker that names the file
 *              remove the oldest checkpoints, and the segments that none needs that is kept
 *
 * close        make everything durable and apply it
 *              checkpoint, if the policy says so
 *              close the log
 * }</pre>
 *
 * <p>An entry is in the log before it is in the state. So a crash at any moment leaves a checkpoint
 * and the entries after it, and opening again rebuilds the state that readers saw, or a later one.
 *
 * <p>An entry may be a {@link dev.durability.Command}, which decides when it is applied and has a
 * result; the state is then a {@link dev.durability.CommandMachine}.
 *
 * <p>What works after {@code DurableState}, in the order of the diagram:
 *
 * <ul>
 *   <li>{@code StateLoading} builds the state while the log is opened.
 *   <li>{@code Updates} takes an update from encoding to applying. {@code Appending} is the lock of
 *       decisions and of updates that do not wait. {@code AppliedState} holds the state, and the
 *       entries that are in the log and not yet in the state. {@code UpdateFuture} is an update
 *       that nobody waits for yet. {@code AppliedWaits} has the threads that wait for entries of
 *       others.
 *   <li>{@code Publishing} writes a checkpoint and truncates the log. {@code BackgroundCheckpoints}
 *       calls it when the {@link dev.durability.CheckpointPolicy} says so.
 *   <li>{@code Closing} closes once.
 * </ul>
 */
package dev.durability;
