/**
 * The way from JUnit 5 to the explorer. Needs {@code junit-jupiter-api}, which the rest does not.
 */
package dev.durability.testkit.junit;
