/** What is measured. */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.scenario;
