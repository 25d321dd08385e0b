/**
 * What is measured. Start with {@code Scenarios}, which lists all scenarios with their targets.
 * {@code AppendHeats}, {@code ReadHeats} and {@code StateHeats} choose the contestants of most of
 * them; the other classes are the loads, and the scenarios that need a measurement of their own.
 */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.scenario;
