/**
 * A log of records in one file, for one writer and any number of readers. It has the frames and the
 * verdicts of a log, without segments, checkpoints and group commit.
 *
 * <p>Start with {@link dev.durability.recordlog.RecordLogWriter} and {@link
 * dev.durability.recordlog.RecordLogReader}.
 *
 * <pre>
 *   open     RecordLogOpening   makes the file, or:
 *              RecordLogFile    reads it from the header on, and looks past the end of the run
 *              Ending           the verdict: what follows the run, and what was promised
 *            cuts what a crash left, keeps it in quarantine, writes the rest again, syncs
 *   append   RecordLogWriter    encodes a frame into the buffer; after a sync, a MARK before it
 *   flush    OwnedLogFile       is this still the only writer? writes the buffer
 *   sync     OwnedLogFile       flushes and syncs; still the only writer? then it is acknowledged
 * </pre>
 *
 * <p>{@link dev.durability.recordlog.RecordLogMaintenance} lists and removes what openings cut off.
 */
package dev.durability.recordlog;
