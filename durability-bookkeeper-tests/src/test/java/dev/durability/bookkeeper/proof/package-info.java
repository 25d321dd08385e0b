/**
 * What the log on BookKeeper promises, held against real processes: writers, bookies and nodes of
 * ZooKeeper that are stopped and killed.
 *
 * <p>{@code WriterProcess} writes and says what was acknowledged; {@code WriterChild} is the other
 * end of its pipe. {@code StoppingDirectory} stops or kills that process at one of its calls of the
 * storage. {@code ProofState} is what a log holds, and {@code Tally} compares the two.
 */
@NullMarked
package dev.durability.bookkeeper.proof;

import org.jspecify.annotations.NullMarked;
