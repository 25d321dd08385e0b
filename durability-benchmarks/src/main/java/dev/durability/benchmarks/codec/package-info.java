/** The codecs that are measured beside each other. */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.codec;
