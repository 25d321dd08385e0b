/** The log of this project and the peers behind one interface. */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.store;
