/**
 * Values that describe a log. They do no I/O. {@code wal}, {@code recovery} and the root return
 * them, and the packages below those make them.
 *
 * <pre>
 *   the files of a log --recovery--> LogReport: Verdict, P intact, C covered, D promised,
 *                                    where the run ends, where opening cuts, why
 * </pre>
 *
 * <table>
 *   <caption>What is here</caption>
 *   <tr><th>about</th><th>values</th></tr>
 *   <tr><td>how the log was left</td><td>{@link dev.durability.log.Verdict}, {@link
 *       dev.durability.log.LogReport}</td></tr>
 *   <tr><td>whether it is created</td><td>{@link dev.durability.log.OpenMode}</td></tr>
 *   <tr><td>what a reader accepts</td><td>{@link dev.durability.log.ReplayMode}</td></tr>
 *   <tr><td>how much it holds</td><td>{@link dev.durability.log.LogExtent}</td></tr>
 *   <tr><td>its files</td><td>{@link dev.durability.log.SegmentRange}, {@link
 *       dev.durability.log.CheckpointReference}, {@link dev.durability.log.MarkerPosition}</td></tr>
 *   <tr><td>its time</td><td>{@link dev.durability.log.EntryAtInstant}, {@link
 *       dev.durability.log.ClockStandstill}</td></tr>
 * </table>
 *
 * <p>Start with {@link dev.durability.log.Verdict}. docs/format.md has the rule that a verdict
 * follows from.
 */
package dev.durability.log;
