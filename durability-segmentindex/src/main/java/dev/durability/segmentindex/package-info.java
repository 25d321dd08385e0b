/**
 * A worked example: which segments of a search index live, and which of their documents are
 * deleted. The files of the segments are the caller's.
 *
 * <p>Start with {@link dev.durability.segmentindex.SegmentIndexRecovery}: it tells how to keep an
 * index in a {@link dev.durability.DurableState}, and what to do with merges that a crash left
 * open.
 *
 * <table>
 * <caption>What is here</caption>
 * <tr><td>{@link dev.durability.segmentindex.SegmentIndexEntry}</td>
 *     <td>what happens to the index; one entry of the log each</td></tr>
 * <tr><td>{@link dev.durability.segmentindex.SegmentIndexState}</td>
 *     <td>what the entries add up to, and what a checkpoint holds</td></tr>
 * <tr><td>{@code SegmentIndexFormat}</td>
 *     <td>the bytes of the state in a checkpoint</td></tr>
 * <tr><td>{@code Misfits}</td>
 *     <td>why an entry does not fit the state</td></tr>
 * <tr><td>{@code Segment}, {@code DocumentSet}</td>
 *     <td>one segment, and the set of its deleted documents</td></tr>
 * </table>
 *
 * <p>An index of your own needs the same three things: entries, a state with a method that applies
 * one, and a {@link dev.durability.recovery.StateMachine} that joins them.
 */
package dev.durability.segmentindex;
