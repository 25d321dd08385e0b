/**
 * A simulated disk, an explorer of the states that a crash may leave on it, and faults. It is for
 * this library's own tests, and for any code that does its I/O through a {@link
 * dev.durability.storage.Directory}.
 *
 * <p>Start with {@link dev.durability.testkit.CrashExplorer}:
 *
 * <pre>
 *   Recording     runs the steps of a CrashTest once, on a CrashDirectory   --&gt;  Trace, History
 *   CrashPoints   replays the trace; after each operation: which crashes?   --&gt;  CrashChoices
 *   Exploration   for each crash: restart, check, record, and crash again
 *   Shrinking     leaves out steps as long as it still fails                --&gt;  CrashFailure
 * </pre>
 *
 * <ul>
 *   <li>{@link dev.durability.testkit.CrashDirectory} is the disk: it forgets what was not synced.
 *   <li>{@link dev.durability.testkit.FaultDirectory} wraps any directory, and makes operations
 *       fail, silently lose or change data, or wait.
 *   <li>{@link dev.durability.testkit.DeterminismCheck} applies a history in other JVMs, and finds
 *       a state machine that is not deterministic.
 *   <li>{@link dev.durability.testkit.LogOfVersions} tells whether the codec of a later version
 *       reads what an earlier one wrote.
 *   <li>{@code dev.durability.testkit.junit} runs explorations as JUnit tests, and has the contract
 *       of {@code Directory} as tests to extend.
 * </ul>
 */
package dev.durability.testkit;
