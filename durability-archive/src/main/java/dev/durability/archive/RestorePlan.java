package dev.durability.archive;

import dev.durability.errors.DurabilityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a timeline is restored.
 *
 * @param history the segments that stand; the last one has the moment
 * @param lastEntryId the last entry that is wanted; if an instant is, at most
 * @param untilMicros what has a later time is not wanted
 */
record RestorePlan(History history, long lastEntryId, long untilMicros) {

  /**
   * Where recovery can start.
   *
   * @param coveredId the last entry that is covered
   * @param checkpoint what covers it, null if that is kept elsewhere or nothing is covered
   */
  record Base(long coveredId, @Nullable ArchivedCheckpoint checkpoint) {}

  static RestorePlan newest(ArchiveState state) throws DurabilityException {
    History history = all(state);
    return new RestorePlan(history, history.last().lastEntryId(), Long.MAX_VALUE);
  }

  static RestorePlan toEntry(ArchiveState state, long entryId) throws DurabilityException {
    History history = all(state);
    int index = history.indexOf(entryId);
    if (index < 0 && history.get(0).firstEntryId() == entryId + 1) {
      index = 0;
    }
    if (index < 0) {
      throw new DurabilityException(
          "the archive does not reach back to entry "
              + entryId
              + ": its oldest one is entry "
              + history.get(0).firstEntryId());
    }
    if (entryId > history.lastIdOf(index)) {
      throw new DurabilityException(
          index == history.size() - 1
              ? "the archive ends at entry " + history.lastIdOf(index) + ", before entry " + entryId
              : "the archive does not have entry " + entryId);
    }
    return new RestorePlan(history.endingWith(index), entryId, Long.MAX_VALUE);
  }

  static RestorePlan toInstant(ArchiveState state, Instant instant) throws DurabilityException {
    long micros = Archive.micros(instant);
    List<ArchivedSegment> before =
        state.segments().values().stream()
            .filter(segment -> segment.header().createdMicros() <= micros)
            .toList();
    if (before.isEmpty()) {
      all(state);
      throw new DurabilityException(
          "the archive does not reach back to "
              + instant
              + ": it begins at "
              + Archive.instant(state.segments().firstEntry().getValue().header().createdMicros()));
    }
    History history = new History(before);
    return new RestorePlan(history, history.last().lastEntryId(), micros);
  }

  private static History all(ArchiveState state) throws DurabilityException {
    if (state.segments().isEmpty()) {
      throw new DurabilityException("nothing is archived in this timeline yet");
    }
    return new History(state.segments().values());
  }

  /**
   * Where recovery of the log up to an entry can start, the newest first: at a checkpoint that
   * belongs to the history that is restored, at what is kept elsewhere, or at the first entry.
   */
  List<Base> bases(ArchiveState state, long lastId) {
    List<Base> bases = new ArrayList<>();
    long number = history.last().number();
    for (ArchivedCheckpoint each : state.checkpoints()) {
      // No end is cut off that a checkpoint covers. So a cut before its last entry precedes it.
      boolean isOfAnother =
          state.segments().values().stream()
              .anyMatch(
                  s ->
                      s.number() > number
                          && s.header().rewinds()
                          && s.firstEntryId() <= each.lastEntryId());
      if (each.lastEntryId() <= lastId && !isOfAnother) {
        bases.add(new Base(each.lastEntryId(), each));
      }
    }
    long elsewhere = history.coveredElsewhere();
    if (elsewhere > 0 && elsewhere <= lastId) {
      bases.add(new Base(elsewhere, null));
    }
    bases.add(new Base(0, null));
    bases.sort(Comparator.comparingLong(Base::coveredId).reversed());
    return bases.stream().filter(base -> start(base) >= 0).toList();
  }

  /** The segment that recovery from there begins with, or -1 if they are not all there. */
  int start(Base base) {
    int index = history.indexOf(base.coveredId() + 1);
    return index >= 0 && history.isWholeFrom(index) ? index : -1;
  }
}
