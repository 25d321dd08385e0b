/**
 * A worked example: what a Raft implementation keeps on disk, kept by this library. {@link
 * dev.durability.examples.raft.DurableRaftStore} is the store, for MicroRaft. The other classes are
 * a small application on it: counters, and a client that retries.
 *
 * <p>README.md of this module says how it works and how it was tested.
 */
@NullMarked
package dev.durability.examples.raft;

import org.jspecify.annotations.NullMarked;
