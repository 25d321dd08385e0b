package dev.durability.codec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The types of the golden vectors, as Java has them. */
final class GoldenTypes {

  private GoldenTypes() {}

  record Unit() {}

  record Octets4(byte a, byte b, byte c, byte d) {}

  record Ints3(int a, int b, int c) {}

  record Ints(List<Integer> items) {}

  record Longs(List<Long> items) {}

  record Flags(List<Boolean> items) {}

  record Texts(List<String> items) {}

  record OctetLists(List<List<Byte>> items) {}

  record Mixed(byte a, short b, int c) {}

  record Doc(long segmentId, int docId) {}

  record Docs(List<Doc> items) {}

  record MaybeInt(OptionalInt value) {}

  record MaybeText(Optional<String> value) {}

  record MaybeMaybe(Optional<Optional<Byte>> value) {}

  record MaybeUnit(Optional<Unit> value) {}

  record Newtype(int value) {}

  record Pair(byte number, String text) {}

  record Counts(Map<String, Integer> items) {}

  record IntSet(Set<Integer> items) {}

  record Duration(long seconds, int nanos) {}

  record MaybeOctet(Optional<Byte> value) {}

  record OctetAndShort(byte number, short other) {}

  record OctetMap(Map<Byte, Byte> items) {}

  sealed interface En permits EnUnit, EnNew, EnTup, EnStruct {}

  record EnUnit() implements En {}

  record EnNew(long value) implements En {}

  record EnTup(byte number, short other) implements En {}

  record EnStruct(int x, String y) implements En {}

  sealed interface Result permits Ok, Err {}

  record Ok(byte value) implements Result {}

  record Err(String error) implements Result {}

  sealed interface WalEntry
      permits AddSegment, StartMerge, CancelMerge, EndMerge, DeleteDocuments, Checkpoint {}

  record AddSegment(long segmentId, int docCount) implements WalEntry {}

  record StartMerge(long transactionId, List<Long> segmentIds) implements WalEntry {}

  record CancelMerge(long transactionId, List<Long> segmentIds) implements WalEntry {}

  record EndMerge(
      long transactionId, long newSegmentId, List<Long> oldSegmentIds, List<Doc> remappedDeletes)
      implements WalEntry {}

  record DeleteDocuments(List<Doc> deletes) implements WalEntry {}

  record Checkpoint(String path, long lastEntryId) implements WalEntry {}

  record SegmentState(long segmentId, int docCount, List<Integer> deletedDocs) {}

  record CheckpointState(List<SegmentState> segments) {}
}
