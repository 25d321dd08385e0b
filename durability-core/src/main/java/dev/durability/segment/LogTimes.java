package dev.durability.segment;

import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameRun;
import dev.durability.frame.WallClock;
import dev.durability.log.EntryAtInstant;
import dev.durability.log.EntrySpan;
import dev.durability.storage.Directory;
import dev.durability.threads.Thrown;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * What the wall clocks of headers and marks say about entries. The first one that promises an entry
 * says by when it was durable. The last one before it in the log says when it was not yet durable.
 */
public final class LogTimes {
  private final Directory directory;
  private final LogListing listing;
  private final List<SegmentName> segments;

  /** Of the segments that there are now. */
  public LogTimes(Directory directory) throws IOException {
    this.directory = directory;
    this.listing = LogListing.withoutVerdict(LogListing.existing(directory));
    this.segments = listing.segments();
  }

  /** The last entry that was durable at an instant. */
  public EntryAtInstant lastEntryAt(Instant instant) throws IOException {
    long micros = WallClock.micros(instant);
    int start = lastCreatedBy(micros);
    SegmentName first = segments.get(Math.max(0, start));
    if (start < 0 && first.firstEntryId() > 1) {
      throw new DurabilityException(
          "the log does not reach back to "
              + instant
              + ": its oldest segment, from entry "
              + first.firstEntryId()
              + ", is younger");
    }
    try (LogCursor cursor = new LogCursor(directory, listing, Math.max(0, start))) {
      Standstills standstills = new Standstills(micros);
      long last = first.firstEntryId() - 1;
      boolean isAfter = false;
      FrameRun.Step step;
      do {
        step = isAfter ? nextAsFarAsItGoes(cursor) : cursor.next();
        isAfter = isAfter || cursor.lastStampMicros() > micros;
        if (step != FrameRun.Step.STOP) {
          last = isAfter ? last : Math.max(last, cursor.promised());
          standstills.pass(cursor.promised(), cursor.lastStampMicros());
        }
      } while (step != FrameRun.Step.STOP);
      return new EntryAtInstant(last, standstills.found());
    }
  }

  /**
   * What follows the instant was not asked for, so a failure to read it is only reported to the
   * thread's exception handler.
   */
  private static FrameRun.Step nextAsFarAsItGoes(LogCursor cursor) {
    try {
      return cursor.next();
    } catch (IOException unreadable) {
      Thrown.report(unreadable);
      return FrameRun.Step.STOP;
    }
  }

  /** The entries that may have become durable between two instants, both included. */
  public EntrySpan between(Instant since, Instant until) throws IOException {
    return new EntrySpan(
        firstNotDurableBefore(WallClock.micros(since)), lastBefore(WallClock.micros(until)));
  }

  /** The first entry that nothing with a time before this one promises. */
  private long firstNotDurableBefore(long micros) throws IOException {
    long first = listing.firstEntryId(directory);
    int start = micros == Long.MIN_VALUE ? -1 : lastCreatedBy(micros - 1);
    if (start < 0) {
      return first;
    }
    first = Math.max(first, segments.get(start).firstEntryId()); // Its header promises the others.
    try (LogCursor cursor = new LogCursor(directory, listing, start)) {
      FrameRun.Step step = cursor.next();
      while (step != FrameRun.Step.STOP && cursor.lastStampMicros() < micros) {
        first = Math.max(first, cursor.promised() + 1);
        step = cursor.next();
      }
      return first;
    }
  }

  /** The last entry before the first time that is later; {@code Long.MAX_VALUE} if none is. */
  private long lastBefore(long micros) throws IOException {
    if (micros == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    int start = lastCreatedBy(micros);
    if (start < 0) {
      return listing.firstEntryId(directory) - 1;
    }
    long last = segments.get(start).firstEntryId() - 1;
    try (LogCursor cursor = new LogCursor(directory, listing, start)) {
      FrameRun.Step step = cursor.next();
      while (step != FrameRun.Step.STOP && cursor.lastStampMicros() <= micros) {
        last = cursor.nextId() - 1;
        step = cursor.next();
      }
      return step == FrameRun.Step.STOP ? Long.MAX_VALUE : last;
    }
  }

  /** The last segment that was created by a time, -1 if none was. The clock in a log only rises. */
  private int lastCreatedBy(long micros) throws IOException {
    for (int i = segments.size() - 1; i >= 0; i--) {
      FileHeader header = Segment.goodHeader(directory, segments.get(i));
      if (header != null && header.createdMicros() <= micros) {
        return i;
      }
    }
    return -1;
  }
}
