/** What happens in memory, measured with JMH. */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.jmh;
