package dev.durability.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a timeline goes by a policy: what lies wholly before the checkpoint that is the base of
 * all that is kept. Segments go by their numbers, not by the entries that stand now, so that what
 * was cut off later stays.
 */
final class Expiry {
  private final ArchiveState state;
  private final List<ArchiveRecord.Change> segments = new ArrayList<>();
  private final List<ArchivedCheckpoint> checkpoints;
  private final long floor;

  private Expiry(ArchiveState state, ArchivedCheckpoint base) {
    this.state = state;
    long first = 0;
    for (ArchivedSegment segment : state.segments().values()) {
      // The newest stays: without any segment there is no log that could be restored.
      boolean goes =
          first == 0
              && segment.ended()
              && segment.lastEntryId() <= base.lastEntryId()
              && segment.number() < state.segments().lastKey();
      if (!goes) {
        first = first == 0 ? segment.number() : first;
        segments.add(new ArchiveRecord.Change(0, segment));
      }
    }
    this.floor = Math.max(state.floor(), first);
    this.checkpoints =
        state.checkpoints().stream()
            .filter(each -> each.lastEntryId() >= base.lastEntryId())
            .toList();
  }

  private Expiry(ArchiveState state) {
    this.state = state;
    this.segments.addAll(state.all());
    this.checkpoints = state.checkpoints();
    this.floor = state.floor();
  }

  static Expiry of(ArchiveState state, Retention retention, Instant now) {
    boolean isBeforeAllTime =
        retention.age().compareTo(Duration.between(Instant.EPOCH, now).abs()) >= 0;
    long latest = isBeforeAllTime ? Long.MIN_VALUE : Archive.micros(now.minus(retention.age()));
    List<ArchivedCheckpoint> newestFirst = state.checkpoints();
    for (int i = retention.checkpoints() - 1; i < newestFirst.size(); i++) {
      ArchivedCheckpoint each = newestFirst.get(i);
      if (each.archivedMicros() <= latest) {
        return new Expiry(state, each);
      }
    }
    return new Expiry(state);
  }

  boolean removesNothing() {
    return segments.size() == state.segments().size()
        && checkpoints.size() == state.checkpoints().size();
  }

  List<ArchiveRecord.Change> segments() {
    return segments;
  }

  List<ArchivedCheckpoint> checkpoints() {
    return checkpoints;
  }

  long floor() {
    return floor;
  }
}
