package dev.durability.archive;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a timeline holds after its records up to one. Immutable but for {@link #add}, which one
 * thread calls.
 */
final class ArchiveState {
  private final TreeMap<Long, ArchivedSegment> segments = new TreeMap<>();
  private final List<ArchivedCheckpoint> checkpoints = new ArrayList<>();
  private long seq;
  private String sha256 = ArchiveRecord.NONE;
  private long floor;
  private long atMicros;
  private long fullSeq;
  private long fullBytes;
  private long bytesSinceFull;

  /** Adds the next record, with the hash that it ends with. */
  void add(ArchiveRecord record, byte[] encoded) {
    if (record.kind() == ArchiveRecord.Kind.DELTA) {
      bytesSinceFull += encoded.length;
    } else {
      segments.clear();
      checkpoints.clear();
      fullSeq = record.seq();
      fullBytes = encoded.length;
      bytesSinceFull = 0;
    }
    for (ArchiveRecord.Change change : record.segments()) {
      ArchivedSegment changed = change.segment();
      List<ArchivedPart> parts = new ArrayList<>();
      if (change.keptParts() > 0) {
        parts.addAll(
            Objects.requireNonNull(segments.get(changed.number()))
                .parts()
                .subList(0, change.keptParts()));
      }
      parts.addAll(changed.parts());
      segments.put(changed.number(), withParts(changed, parts));
    }
    checkpoints.addAll(record.checkpoints());
    seq = record.seq();
    floor = record.floor();
    atMicros = record.atMicros();
    sha256 = ArchiveRecord.sha256(encoded);
  }

  private static ArchivedSegment withParts(ArchivedSegment s, List<ArchivedPart> parts) {
    return new ArchivedSegment(
        s.header(),
        s.lastEntryId(),
        s.stampMicros(),
        s.ended(),
        s.coveredElsewhere(),
        s.prefixBytes(),
        s.prefixSha256(),
        parts);
  }

  /** The segments by their numbers. */
  NavigableMap<Long, ArchivedSegment> segments() {
    return segments;
  }

  /** The checkpoints, the one that contains most first. */
  List<ArchivedCheckpoint> checkpoints() {
    return checkpoints.stream()
        .sorted(Comparator.comparingLong(ArchivedCheckpoint::lastEntryId).reversed())
        .toList();
  }

  /** The number of the last record, 0 if there is none. */
  long seq() {
    return seq;
  }

  String sha256() {
    return sha256;
  }

  long floor() {
    return floor;
  }

  long atMicros() {
    return atMicros;
  }

  /** The number of the last record that replaces all before. */
  long fullSeq() {
    return fullSeq;
  }

  /** Whether reading what came since the last full record takes longer than reading that. */
  boolean isFullDue() {
    return seq == 0 || seq - fullSeq >= 1_000 || bytesSinceFull >= Math.max(1 << 16, fullBytes);
  }

  /** The last entry that is archived, 0 if there is none. */
  long lastEntryId() {
    return segments.isEmpty() ? 0 : segments.lastEntry().getValue().lastEntryId();
  }

  /** All objects that it needs. */
  Set<String> keys() {
    Set<String> keys = new HashSet<>();
    for (ArchivedSegment segment : segments.values()) {
      segment.parts().forEach(part -> keys.add(part.key()));
    }
    checkpoints.forEach(each -> keys.add(each.object().key()));
    return keys;
  }

  /** The size of all of it in bytes. */
  long bytes() {
    return segments.values().stream().mapToLong(ArchivedSegment::bytes).sum()
        + checkpoints.stream().mapToLong(each -> each.object().bytes()).sum();
  }

  /** All that it holds, as changes of nothing. */
  List<ArchiveRecord.Change> all() {
    return segments.values().stream().map(each -> new ArchiveRecord.Change(0, each)).toList();
  }
}
