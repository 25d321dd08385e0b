package dev.durability.segment;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameRun;
import dev.durability.frame.Remains;
import dev.durability.log.LogReport;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a pass over a log found: the judgement, and the details that opening needs.
 *
 * @param judgement the verdict
 * @param listing the segments
 * @param lastHeader the header of the segment in which the run ends, or null if it is bad
 * @param ended whether that segment has its END
 * @param runEnd the offset in it after the last frame of the run
 * @param fileSize its size
 * @param remains what follows the run in it
 * @param promisedEnd a place in it shortly before the end of what is promised
 * @param lastStampMicros the last wall clock that the run carries
 */
public record LogFindings(
    Judgement judgement,
    LogListing listing,
    @Nullable FileHeader lastHeader,
    boolean ended,
    long runEnd,
    long fileSize,
    Remains remains,
    PromisedEnd promisedEnd,
    long lastStampMicros) {

  private static final Remains NOTHING = new Remains(0, 0, 0);

  /**
   * Goes to the end and judges. Reads what was written meanwhile before it calls anything damage: a
   * writer syncs frames before it promises them, so a reader that sees a promise sees its frames
   * when it reads again.
   */
  public static LogFindings finish(LogCursor cursor) throws IOException {
    LogReport.Position brokenAt = null;
    while (true) {
      cursor.skipToEnd();
      LogFindings findings = conclude(cursor);
      LogReport.Position end = findings.judgement().end();
      if (findings.judgement().isAcceptable(ReplayMode.PREFIX) || end.equals(brokenAt)) {
        return findings;
      }
      brokenAt = end;
      cursor.refresh();
    }
  }

  /** After STOP: looks at what follows the run, and judges. */
  public static LogFindings conclude(LogCursor cursor) throws IOException {
    FrameRun run = cursor.run();
    long runEnd = 0;
    long fileSize = 0;
    Remains remains = NOTHING;
    if (run != null) {
      runEnd = run.offset();
      fileSize = cursor.fileSize();
      remains = run.remains();
    }
    boolean endsInLast = run != null && cursor.isInLast();
    long promised = Math.max(cursor.promised(), remains.promised());
    int last = cursor.listing().segments().size() - 1;
    for (int i = cursor.firstNotEntered(); i <= last; i++) {
      promised = Math.max(promised, promiseOf(cursor, i));
    }
    Judgement judgement =
        Judgement.of(
            new Judgement.Seen(
                cursor.listing(),
                cursor.reachesBack(),
                endsInLast,
                cursor.intact(),
                promised,
                cursor.end(),
                cursor.ended(),
                remains.nonZeroEnd() > runEnd,
                remains.frames() > 0,
                cursor.problem()),
            cursor.directory());
    if (judgement.verdict() == Verdict.CORRUPT) {
      judgement.blame(cursor.checksumMismatch());
    }
    return new LogFindings(
        judgement,
        cursor.listing(),
        cursor.header(),
        cursor.ended(),
        runEnd,
        fileSize,
        remains,
        cursor.promisedEnd(),
        cursor.lastStampMicros());
  }

  /**
   * The largest promise in a segment after the run. It counts although the run did not enter the
   * segment.
   */
  private static long promiseOf(LogCursor cursor, int index) throws IOException {
    LogListing listing = cursor.listing();
    Directory directory = cursor.directory();
    try (Segment segment = Segment.openGood(directory, listing.segments().get(index))) {
      UUID logId = cursor.logId();
      if (segment == null || (logId != null && !segment.header().logId().equals(logId))) {
        return 0;
      }
      try (FrameRun run = segment.run(segment.windowBytes())) {
        run.endAfter(listing.lastIdOf(directory, index, segment.header().logId()));
        return Math.max(segment.header().firstEntryId() - 1, run.remains().promised());
      }
    }
  }

  /**
   * The offset after the last promised entry in the segment in which the run ends. What follows may
   * be only in the page cache.
   */
  public long endOfPromised(Directory directory) throws IOException {
    FileHeader last = Objects.requireNonNull(lastHeader);
    long endOfEntries = ended ? runEnd - FrameFormat.PROMISE_FRAME_BYTES : runEnd;
    long promised = judgement.promised();
    if (promisedEnd.nextId() > promised) {
      return Math.min(promisedEnd.offset(), endOfEntries);
    }
    try (Segment segment = Segment.openAgain(directory, last);
        FrameRun run = segment.run(FrameRun.WINDOW_BYTES)) {
      run.skipTo(promisedEnd.offset(), promisedEnd.nextId());
      while (run.nextId() <= promised && run.next() != FrameRun.Step.STOP) {
        if (run.ended()) {
          break;
        }
      }
      return Math.min(run.offset(), endOfEntries);
    }
  }
}
