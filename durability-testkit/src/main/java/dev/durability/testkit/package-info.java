/**
 * A simulated disk, an explorer of the states that a crash may leave on it, and faults.
 *
 * <p>{@link dev.durability.testkit.CrashExplorer} is the place to start.
 */
package dev.durability.testkit;
