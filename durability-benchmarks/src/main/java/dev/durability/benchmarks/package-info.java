/**
 * Measurements of the log beside bare loops and other libraries. docs/benchmarks.md says how they
 * measure, and what the figures mean.
 *
 * <p>Start with {@code Main}, which is {@code ./durability-benchmarks/run}, then with {@code Heat},
 * which lets contestants take turns, and {@code Scenarios} in the package {@code scenario}, which
 * lists what is measured.
 *
 * <table>
 *   <caption>Packages</caption>
 *   <tr><th>package</th><th>what is there</th></tr>
 *   <tr><td>this one</td><td>what all scenarios share: {@code Contestant}, {@code Heat}, {@code
 *       Report}, {@code Target}</td></tr>
 *   <tr><td>{@code scenario}</td><td>what is measured, with the targets</td></tr>
 *   <tr><td>{@code probe}</td><td>the bare loops that others are measured in</td></tr>
 *   <tr><td>{@code store}</td><td>the log and its peers behind one interface</td></tr>
 *   <tr><td>{@code report}</td><td>the pages of results</td></tr>
 *   <tr><td>{@code compare}</td><td>two builds of the library against each other</td></tr>
 *   <tr><td>{@code jmh}</td><td>what happens in memory, measured with JMH</td></tr>
 * </table>
 */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks;
