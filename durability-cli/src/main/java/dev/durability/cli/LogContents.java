package dev.durability.cli;

import dev.durability.log.LogVisitor;
import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Counts what is in a log. Memory depends on the number of its segments alone. */
final class LogContents implements LogVisitor {
  private static final int FRAME_BYTES = 16;
  private static final int ALIGNMENT = 8;

  private final Set<String> leftOut;
  private final List<SegmentLook> segments = new ArrayList<>();
  private final EntryHours hours = new EntryHours();
  private final SizeClasses sizes = new SizeClasses();

  /**
   * Counts nothing yet.
   *
   * @param leftOut segments that are not of this log: what is in them does not count
   */
  LogContents(Set<String> leftOut) {
    this.leftOut = leftOut;
  }

  /**
   * A segment.
   *
   * @param info what its name and header say
   * @param end where it ends; null if it was not read
   * @param marks where marks are in it
   */
  record SegmentLook(SegmentInfo info, @Nullable SegmentEnd end, MarkPlaces marks) {

    /** Whether its frames break off, as far as the segment after it shows that. */
    boolean breaksOff(@Nullable SegmentLook next) {
      return end != null
          && !end.isCut()
          && (end.leftBytes() > 0 || (next != null && !end.isEnded()));
    }

    /** Whether another one goes on where it ends. */
    boolean leadsTo(SegmentLook next) {
      return end == null
          || end.isCut()
          || next.info().rewinds()
          || next.info().startsCovered()
          || next.info().firstEntryId() == end.lastEntryId() + 1;
    }
  }

  @Override
  public void segment(SegmentInfo segment) {
    segments.add(new SegmentLook(segment, null, new MarkPlaces(segment.bytes())));
  }

  @Override
  public void clock(Instant time) {
    if (isCounted()) {
      hours.clock(time);
    }
  }

  @Override
  public void mark(Instant time, long offset) {
    clock(time);
    segments.get(segments.size() - 1).marks().add(offset);
  }

  @Override
  public void entry(long id, int payloadBytes) {
    if (!isCounted()) {
      return;
    }
    sizes.add(payloadBytes);
    long padded = (payloadBytes + (long) (ALIGNMENT - 1)) / ALIGNMENT * ALIGNMENT;
    hours.entry(payloadBytes, FRAME_BYTES + padded);
  }

  @Override
  public void end(SegmentEnd end) {
    int last = segments.size() - 1;
    SegmentLook begun = segments.get(last);
    segments.set(last, new SegmentLook(begun.info(), end, begun.marks()));
  }

  private boolean isCounted() {
    return !leftOut.contains(segments.get(segments.size() - 1).info().file());
  }

  List<SegmentLook> segments() {
    return segments;
  }

  /** Those that count. */
  List<SegmentLook> counting() {
    return segments.stream().filter(each -> each.info().state() != SegmentInfo.State.VOID).toList();
  }

  /** Those that count, without the last one, whose end may be being written. */
  List<SegmentLook> beforeTheLast() {
    List<SegmentLook> counting = counting();
    return counting.subList(0, Math.max(0, counting.size() - 1));
  }

  /** Whether one before the last is damaged, or does not lead to the next. */
  boolean isDamagedBeforeTheLast() {
    List<SegmentLook> counting = counting();
    for (int i = 0; i + 1 < counting.size(); i++) {
      SegmentLook each = counting.get(i);
      SegmentLook next = counting.get(i + 1);
      if (each.info().state() == SegmentInfo.State.DAMAGED
          || each.breaksOff(next)
          || !each.leadsTo(next)) {
        return true;
      }
    }
    return false;
  }

  EntryHours hours() {
    return hours;
  }

  SizeClasses sizes() {
    return sizes;
  }
}
