/**
 * The log of this project and its peers behind one interface. Start with {@code Store}; {@code
 * OwnLog} is the log of this project, and {@code Stores} lists the peers.
 */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.store;
