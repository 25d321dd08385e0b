/**
 * Metrics and health. {@link dev.durability.micrometer.DurabilityMetrics} has the meters of one
 * log, and of the state that is kept in it.
 */
package dev.durability.micrometer;
