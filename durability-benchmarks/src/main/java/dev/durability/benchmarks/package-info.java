/** The measurements: the command, and what is common to all scenarios. */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks;
