/**
 * A worked example: which segments of a search index live, and which of their documents are
 * deleted. {@link dev.durability.segmentindex.SegmentIndexEntry} is what happens to the index, one
 * entry of the log each; {@link dev.durability.segmentindex.SegmentIndexState} is what these add up
 * to, and what a checkpoint holds. The segments' files themselves are the caller's.
 */
package dev.durability.segmentindex;
