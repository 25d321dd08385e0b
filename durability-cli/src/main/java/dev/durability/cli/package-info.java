/**
 * The {@code durability} command.
 *
 * <p>Start with {@code Program}, which chooses a command, and with {@code AppendCommand}, a command
 * like all others: its options, its help, its exit statuses, and what it does.
 *
 * <pre>
 * Main          the process: arguments, signals, exit status
 *   Program     parses the command line, runs a Command, reports a failure in one line
 *     append    AppendCommand: Records are read, AppendPipeline appends, AckOutput prints ids
 *     cat       CatCommand: EntryChoice says which entries, EntryOutput prints them
 *     verify, quarantine; ArchiveVerification verifies an archive
 *     report    ReportCommand: Problems finds what is wrong, FrameLook what stands there; HtmlReport
 *               fills report.html with what HtmlProblems, HtmlMap, HtmlCharts and HtmlTables render
 *     schema    SchemaCommand prints; SchemaCheck asks the codec of a CodecReference, which a
 *               CodecClassLoader loads
 *     demo      DemoCommand starts and kills a DemoProcess in each DemoRound; DemoTally checks
 *     torture   TortureCommand starts a TortureProcess in each TortureLife, kills it as
 *               TorturePlan says; TortureCheck checks; TortureTally has the result
 *     archive, backup, restore
 *               ArchiveCommand, BackupCommand, RestoreCommand; the archive is at an ArchivePlace
 *     sweep     SweepCommand
 *     cluster   ClusterCommand; ClusterRun starts the nodes, and needs BookKeeper's jars
 *     bench     BenchCommand: the package {@link dev.durability.cli.bench}
 * </pre>
 *
 * <table>
 *   <caption>What the commands share</caption>
 *   <tr><th>job</th><th>classes</th></tr>
 *   <tr><td>syntax and help</td><td>{@code CommandSyntax}, {@code CreationOptions}, {@code
 *       Arguments}</td></tr>
 *   <tr><td>where the log is</td><td>{@code LogLocation}: a {@code LogDirectory} of this machine, or
 *       a {@code BookKeeperStore} at a {@code StoreAddress}</td></tr>
 *   <tr><td>inputs and outputs</td><td>{@code CommandIo}, {@code Input}, {@code
 *       StandardOutput}</td></tr>
 *   <tr><td>a failure as one line and an exit status</td><td>{@code Failures}, {@code
 *       ExitStatus}</td></tr>
 *   <tr><td>progress on a terminal</td><td>{@code Progress}, {@code ProgressLine}</td></tr>
 *   <tr><td>SIGINT and SIGTERM</td><td>{@code Termination}</td></tr>
 * </table>
 */
@NullMarked
package dev.durability.cli;

import org.jspecify.annotations.NullMarked;
