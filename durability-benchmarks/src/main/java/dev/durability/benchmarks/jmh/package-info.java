/**
 * What happens in memory, measured with JMH. Each class is a benchmark of its own; start with
 * {@code FrameEncode}.
 */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.jmh;
