/**
 * The segments of a log as files: named, listed, read, judged and made. Not exported. It knows no
 * options, no queue and no group commit; {@code wal} and {@code append} use it.
 *
 * <p>How a log is recovered, from its files to a verdict:
 *
 * <pre>
 *   list     LogListing      which segments are there, of which log
 *    |
 *   start    Coverage        C: what the newest valid checkpoint covers;
 *    |                       the run starts in the segment of entry C + 1
 *   run      LogCursor       goes from Segment to Segment, frame by frame, while each one
 *    |                       continues the one before: P, the last intact entry
 *   remains  LogFindings     what follows the end of the run, and D, what was promised
 *    |
 *   case     RecoveryCase    the decision table over P, C, D and what follows
 *    |
 *   verdict  Judgement       CLEAN, TORN, AMBIGUOUS or CORRUPT, and the words for it
 * </pre>
 *
 * <p>Where to start reading: {@link dev.durability.segment.RecoveryCase}, which is the table of
 * docs/format.md, then {@link dev.durability.segment.LogFindings#conclude}, which collects what the
 * table asks, then {@link dev.durability.segment.LogCursor#next}.
 *
 * <table>
 *   <caption>What else is here</caption>
 *   <tr><th>job</th><th>classes</th></tr>
 *   <tr><td>one segment, its header checked</td><td>{@code Segment}, {@code SegmentName}</td></tr>
 *   <tr><td>reading a log that is being written</td><td>{@code LiveCursor}</td></tr>
 *   <tr><td>checking many segments at once</td><td>{@code SegmentsAhead}</td></tr>
 *   <tr><td>one window for one segment after another</td><td>{@code RunMemory}</td></tr>
 *   <tr><td>checkpoints that a log knows of</td><td>{@code KnownCheckpoints}, {@code
 *       CheckpointName}, {@code Preamble}</td></tr>
 *   <tr><td>finding an entry by its id</td><td>{@code EntryIndex}, {@code EntryFinder}, {@code
 *       Decoding}</td></tr>
 *   <tr><td>what opening has to write again</td><td>{@code PromisedEnd}</td></tr>
 *   <tr><td>which entries are of which time</td><td>{@code LogTimes}, {@code Standstills}</td></tr>
 *   <tr><td>making a segment</td><td>{@code SegmentPlan}, {@code SegmentStart}, {@code Spare}</td></tr>
 *   <tr><td>cutting off the end</td><td>{@code StartingOver}, {@code LogListing}</td></tr>
 *   <tr><td>threads for that</td><td>{@code Background}, {@code Pending}</td></tr>
 *   <tr><td>names, and logs of another program</td><td>{@code LogFiles}, {@code ForeignLog}</td></tr>
 * </table>
 */
package dev.durability.segment;
