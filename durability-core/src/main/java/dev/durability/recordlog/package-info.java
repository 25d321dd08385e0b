/**
 * A log of records in one file, for one writer and any number of readers. It has the frames and the
 * verdicts of the write-ahead log, without segments, checkpoints and group commit.
 *
 * <pre>
 *   append        encode; put the frame into the buffer
 *   flush, sync   write the buffer; sync the file; ask for the lock; acknowledge
 *   open          read to the end of the run; judge; keep what is cut; write the end again
 * </pre>
 *
 * <p>Start with {@link dev.durability.recordlog.RecordLogWriter} and {@link
 * dev.durability.recordlog.RecordLogReader}. {@code RecordLogOpening} creates a file or makes it
 * ready to go on, {@code RecordLogFile} reads it with its promises, {@code Ending} is the table of
 * verdicts, and {@code OwnedLogFile} is the file in the hands of its only writer. {@link
 * dev.durability.recordlog.RecordLogMaintenance} lists and removes what openings kept in
 * quarantine.
 *
 * <p>Rules: before each write and before each acknowledgement the writer asks whether it is still
 * the only one. A failed write is rolled back and can be tried again. Any other failure ends the
 * writer.
 */
package dev.durability.recordlog;
