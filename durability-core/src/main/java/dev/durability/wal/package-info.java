/**
 * The write-ahead log as its users see it: open it, append, sync, read, follow, truncate, verify.
 *
 * <pre>
 *  WalWriter.appendDurable(entry)
 *     |
 *  EntryAppender     encode; lock; place in the queue; join a round; unlock; wait
 *     |                                                    |
 *  AppendQueue (append) ---- taken by the leader ----&gt; GroupCommit (commit)
 *                                                          |
 *                                                     SegmentAppender (append): write, sync
 *                                                          |
 *                       the entry is acknowledged  &lt;----  lock still held? wake the waiters
 *
 *  WalWriter.open(directory, codec, options, replay)
 *     |
 *  LogOpening        list, read, judge (segment); hand entries over; cut and rewrite the end
 *     |
 *  OpenLog           the lock, the files, the queue, group commit, the log's thread; closing
 * </pre>
 *
 * <p>Start with {@link dev.durability.wal.WalWriter}, {@link dev.durability.wal.WalReader} and
 * {@link dev.durability.wal.WalOptions}. {@link dev.durability.wal.WalTail} follows a log that is
 * being written; {@link dev.durability.wal.WalMaintenance} looks after one that is not open here.
 * {@link dev.durability.wal.WalHolds} keeps a program beside the writer from losing what it needs.
 *
 * <p>To change it, start with {@code EntryAppender} (appending), {@code LogOpening} (recovery) or
 * {@code Truncation} (what is covered, and removed).
 */
package dev.durability.wal;
