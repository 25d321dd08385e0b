/** Tables, charts and the index of results. */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.report;
