/**
 * Bare loops without a library: they show what the device and the memory allow, and are the unit of
 * all rates. Start with {@code SyncedWrites}, the probe of durable appends.
 */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.probe;
