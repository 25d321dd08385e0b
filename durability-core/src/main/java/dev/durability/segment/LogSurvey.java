package dev.durability.segment;

import dev.durability.errors.FormatException;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameRun;
import dev.durability.frame.WallClock;
import dev.durability.log.LogVisitor;
import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * Goes over all segments of a log, each for itself: damage in one does not end it, and nothing is
 * judged.
 */
public final class LogSurvey implements AutoCloseable {
  private final Directory directory;
  private final LogListing listing;
  private final LogVisitor visitor;
  private final RunMemory memory = new RunMemory(FrameRun.WINDOW_BYTES);

  /** Prepares to go over the segments that there are now. */
  public LogSurvey(Directory directory, LogVisitor visitor) throws IOException {
    this.directory = directory;
    this.visitor = visitor;
    this.listing = LogListing.withoutVerdict(LogListing.existing(directory));
  }

  /** Goes over them. What a writer removes meanwhile is left out. */
  public void run() throws IOException {
    for (SegmentName name : listing.names()) {
      try {
        pass(name, listing.segments().indexOf(name));
      } catch (NoSuchFileException removedMeanwhile) {
        if (isThere(name)) {
          throw removedMeanwhile; // It was the visitor's.
        }
      }
    }
  }

  private boolean isThere(SegmentName name) throws IOException {
    return directory.exists(name.path());
  }

  /**
   * Goes over one.
   *
   * @param standing its index among those that stand, or -1
   */
  private void pass(SegmentName name, int standing) throws IOException {
    Segment opened = null;
    SegmentInfo.State state = SegmentInfo.State.READ;
    try {
      opened = Segment.open(directory, name);
      if (!opened.headerFitsName()) {
        state = SegmentInfo.State.DAMAGED;
      }
    } catch (BadHeaderException damaged) {
      state = SegmentInfo.State.DAMAGED;
    } catch (FormatException other) {
      state = SegmentInfo.State.OTHER_VERSION;
    }
    try (Segment segment = opened) {
      if (standing < 0) {
        state = SegmentInfo.State.VOID;
      }
      FileHeader header = segment == null ? null : segment.header();
      visitor.segment(
          new SegmentInfo(
              name.segmentId(),
              name.firstEntryId(),
              name.path(),
              size(name),
              state,
              header == null ? null : WallClock.instant(header.createdMicros()),
              header != null && header.rewinds(),
              header != null && header.startsCovered()));
      if (state == SegmentInfo.State.READ && segment != null) {
        pass(segment, listing.lastIdOf(directory, standing, segment.header().logId()));
      }
    }
  }

  private long size(SegmentName name) throws IOException {
    try (ReadFile file = directory.open(name.path())) {
      return file.size();
    }
  }

  private void pass(Segment segment, long lastId) throws IOException {
    FrameRun run = memory.runOf(segment);
    run.endAfter(lastId);
    visitor.clock(WallClock.instant(segment.header().createdMicros()));
    for (FrameRun.Step step = run.next(); step != FrameRun.Step.STOP; step = run.next()) {
      switch (step) {
        case ENTRY -> visitor.entry(run.id(), run.payloadBytes());
        case MARK, END ->
            visitor.mark(
                WallClock.instant(run.lastStampMicros()),
                run.offset() - FrameFormat.PROMISE_FRAME_BYTES);
        default -> {}
      }
    }
    long offset = run.offset();
    visitor.end(
        new SegmentEnd(
            run.nextId() - 1,
            offset,
            run.ended(),
            lastId != FrameRun.NO_LAST_ID,
            Math.max(0, run.remains().nonZeroEnd() - offset),
            WallClock.instant(Math.max(segment.header().createdMicros(), run.lastStampMicros()))));
  }

  @Override
  public void close() {
    memory.close();
  }
}
