/**
 * The testkit as JUnit tests. It needs {@code junit-jupiter-api}, which the rest of the testkit
 * does not.
 *
 * <ul>
 *   <li>To hold your own {@link dev.durability.storage.Directory} to its contract, start with
 *       {@link dev.durability.testkit.junit.DirectoryContractTest}: it says which class to extend.
 *       The tests themselves are in the classes whose names end with {@code Contract}, one per
 *       topic: {@code PathContract}, {@code WriteContract}, {@code ReadContract}, {@code
 *       NameContract}, {@code LockContract}, {@code InterruptContract}.
 *   <li>To run an exploration of crashes as a test, start with {@link
 *       dev.durability.testkit.junit.CrashTests}.
 * </ul>
 */
package dev.durability.testkit.junit;
