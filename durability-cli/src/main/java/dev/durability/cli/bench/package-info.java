/**
 * The measurements of {@code durability bench}: what is measured, how, and how it is shown. It
 * knows nothing of the command line.
 *
 * <p>Start with {@link dev.durability.cli.bench.Bench}: it lists what is measured, and lets all of
 * them take turns.
 *
 * <ul>
 *   <li>{@code Subject} is what is measured: the log ({@code DurableAppends}, {@code AppendsAhead},
 *       {@code UnsyncedAppends}, {@code Replay}), or a probe, which is a bare loop ({@code
 *       SyncedWrites}, {@code BareWrites}, {@code BareScan}).
 *   <li>{@code Measured} collects the turns of one subject; {@code Measurement} is its result.
 *   <li>{@code DiskVerdict} says whether the time of a sync is plausible.
 *   <li>{@code TextReport}, {@code JsonReport} and {@code PercentilePlot} show the result.
 * </ul>
 */
@org.jspecify.annotations.NullMarked
package dev.durability.cli.bench;
