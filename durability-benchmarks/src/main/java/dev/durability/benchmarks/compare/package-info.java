/** Compares two builds of the library, by JVMs that alternate. */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.compare;
