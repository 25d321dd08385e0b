/**
 * Tests for JUnit: the explorer of crashes as a test ({@link
 * dev.durability.testkit.junit.CrashTests}), and the contract of {@link
 * dev.durability.storage.Directory} for anyone's implementation ({@link
 * dev.durability.testkit.junit.DirectoryContractTest}). Needs {@code junit-jupiter-api}, which the
 * rest of the testkit does not.
 */
package dev.durability.testkit.junit;
