/**
 * The way of an entry into a segment: encoded, buffered in blocks, written and synced.
 *
 * <pre>
 *  EntryEncoder     encodes an entry into a Scratch, before any lock
 *     |
 *  AppendQueue      gives it an id and a place in a Block of a BlockPool; decides where a segment
 *     |             ends
 *     |
 *  QueuedBlocks     takes blocks to be written, gives them back    (what group commit commits)
 *     |
 *  SegmentAppender  writes a block with one system call, MARK first and END last; syncs
 *     |                |                    |
 *  FrameFile        Rotation               LockCheck: no write and no acknowledgement without
 *                      |                   the log's lock
 *                   SegmentEnd, SegmentStart, Spare   (package segment)
 * </pre>
 *
 * <p>Start with {@link dev.durability.append.AppendQueue} for what happens with the lock and in
 * memory alone, and with {@link dev.durability.append.SegmentAppender} for all input and output of
 * an open log.
 *
 * <p>A marker and a cut take the same way, as {@code Marker} and {@code Cuts}. {@code EntryLookup}
 * finds entries by their ids in the segments.
 *
 * <p>Rules: an entry is encoded before it is buffered, and taken over by assignments alone, so that
 * an Error leaves it out. A segment gets its successor's name only after all of it is synced.
 * Nothing in a segment is acknowledged before its name is durable.
 */
package dev.durability.append;
