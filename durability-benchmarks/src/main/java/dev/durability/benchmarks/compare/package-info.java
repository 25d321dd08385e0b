/**
 * Compares two builds of the library, by JVMs that alternate. Start with {@code Compare}, which is
 * {@code ./durability-benchmarks/compare}: it finds the builds ({@code Build}), runs them in turn
 * ({@code Rounds}, {@code Runs}), and judges the ratios ({@code PairedRatios}).
 */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.compare;
