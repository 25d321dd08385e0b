/**
 * Checkpoints: snapshots of any size, written to a file and read back in constant memory, and the
 * publishing of one for a log.
 *
 * <p>Start with {@link dev.durability.checkpoint.CheckpointPublisher} if there is a log: it makes a
 * checkpoint durable, tells the log, and only then removes what is no longer needed. Its class
 * comment has the four steps, and why a crash between two of them does no harm.
 *
 * <ul>
 *   <li>{@link dev.durability.checkpoint.Checkpoints} writes, reads, checks, lists and deletes
 *       checkpoints in a directory, those of a log and others.
 *   <li>{@link dev.durability.checkpoint.CheckpointWriter} and {@link
 *       dev.durability.checkpoint.CheckpointReader} are the streams below it. A file is written
 *       under a temporary name and renamed when it is whole and synced. It has a checksum for each
 *       chunk, and an end that says how long it is.
 *   <li>{@code OpenOutput} and {@code OpenInput} are what a caller's code is given of these
 *       streams: closing them does nothing.
 * </ul>
 *
 * <p>The bytes of a file are described in docs/format.md, and written by the package {@code frame}.
 * How a log is told, and what it then removes, is in {@code Truncation} of the package {@code wal}.
 * How a log finds its newest checkpoint is in the package {@code segment}: {@code CheckpointName}
 * has the names, {@code Coverage} the search.
 */
package dev.durability.checkpoint;
