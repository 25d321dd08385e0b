/** What the device and the memory allow: bare loops without a library. */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.probe;
