package dev.durability.segment;

import dev.durability.codec.Codec;
import dev.durability.errors.CodecException;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.CheckpointFile;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameRun;
import dev.durability.frame.Remains;
import dev.durability.log.LogReport;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the run of valid and contiguous frames of a log, from segment to segment, and then
 * tells what lies behind it. It only reads.
 */
public final class LogCursor implements Closeable {
  /** Below this, threads are not worth starting. */
  private static final long AHEAD_BYTES_MIN = 32 << 20;

  private final Directory directory;
  private final boolean reachesBack;
  private final int windowBytesMax;
  private final long aheadBytesMin;
  private LogListing listing;
  private int index;
  private @Nullable ReadFile file;
  private @Nullable FileHeader header;
  private @Nullable FrameRun run;
  private @Nullable FrameRun resting;
  private int restingBytes;
  private boolean closed;
  private @Nullable UUID logId;
  private long nextId;
  private long promised;
  private long lastStampMicros;
  private final PromisedEnd promisedEnd = new PromisedEnd();
  private LogReport.Position end;
  private @Nullable String problem;
  private boolean skips;
  private @Nullable SegmentsAhead ahead;

  /**
   * Starts at a segment.
   *
   * @param start the index of the segment in the listing; -1 if no segment reaches back far enough:
   *     the run then starts at the first that there is
   */
  public LogCursor(Directory directory, LogListing listing, int start) {
    this(directory, listing, start, FrameRun.WINDOW_BYTES);
  }

  /** The same, with at most so much of a file in memory. */
  public LogCursor(Directory directory, LogListing listing, int start, int windowBytesMax) {
    this(directory, listing, start, windowBytesMax, AHEAD_BYTES_MIN);
  }

  /** The same; {@link #skipToEnd} takes several threads from so many bytes on. */
  public LogCursor(
      Directory directory, LogListing listing, int start, int windowBytesMax, long aheadBytesMin) {
    this.directory = directory;
    this.windowBytesMax = windowBytesMax;
    this.aheadBytesMin = aheadBytesMin;
    this.listing = listing;
    this.logId = listing.logId();
    this.reachesBack = start >= 0;
    this.index = Math.max(0, start);
    SegmentName first = listing.segments().get(index);
    this.nextId = first.firstEntryId();
    this.end = new LogReport.Position(first.path(), 0);
  }

  /**
   * Goes one frame further; the END of a segment is a step, the header of the next is none.
   *
   * @throws java.nio.file.NoSuchFileException if a segment of the listing is gone
   */
  public FrameRun.Step next() throws IOException {
    FrameRun inside = run;
    if (inside != null && inside.nextIsEntryInWindow()) {
      nextId = inside.nextId();
      return FrameRun.Step.ENTRY;
    }
    return nextOfAnyKind();
  }

  private FrameRun.Step nextOfAnyKind() throws IOException {
    while (true) {
      if (run == null && !openSegment()) {
        return FrameRun.Step.STOP;
      }
      FrameRun current = Objects.requireNonNull(run);
      FrameRun.Step step = current.next();
      switch (step) {
        case MARK, END -> {
          promised = Math.max(promised, current.promised());
          lastStampMicros = Math.max(lastStampMicros, current.wallClockMicros());
          promisedEnd.pass(
              current.offset() - FrameFormat.PROMISE_FRAME_BYTES,
              current.nextId(),
              current.promised());
        }
        case CHECKPOINT -> promised = Math.max(promised, current.promised());
        case ENTRY -> {}
        case STOP -> {
          if (isInLast() || !current.ended() || somethingFollows(current)) {
            return step;
          }
          closeSegment();
          index++;
          continue;
        }
      }
      nextId = current.nextId();
      return step;
    }
  }

  private boolean somethingFollows(FrameRun current) throws IOException {
    return Objects.requireNonNull(file).size() > current.offset()
        && current.remains().nonZeroEnd() > current.offset();
  }

  /** Whether the cursor is in the last segment of its listing. */
  public boolean isInLast() {
    return index == listing.segments().size() - 1;
  }

  private boolean openSegment() throws IOException {
    if (closed) {
      throw new IOException("reading the log after its reader was closed; open it again");
    }
    SegmentName name = listing.segments().get(index);
    ReadFile opened = directory.open(name.path());
    try {
      FileHeader found =
          FileHeader.decode(CheckpointFile.readHeader(opened), FileType.SEGMENT, name.path());
      problem = whyNotNext(name, found);
      if (problem == null) {
        file = opened;
        header = found;
        logId = found.logId();
        promised = Math.max(promised, found.firstEntryId() - 1);
        lastStampMicros = Math.max(lastStampMicros, found.createdMicros());
        promisedEnd.begin(found.firstEntryId());
        run = runOf(opened, found);
        skipWithin(name, found, run);
      }
    } catch (BadHeaderException damaged) {
      problem = "its header is damaged: " + damaged.getMessage();
    } finally {
      if (run == null) {
        opened.close();
      }
    }
    if (problem != null) {
      end = new LogReport.Position(name.path(), 0);
    }
    return problem == null;
  }

  /** Goes on where other threads got to in the segment that was entered, if no entry is wanted. */
  private void skipWithin(SegmentName name, FileHeader found, FrameRun entered) throws IOException {
    if (!skips) {
      return;
    }
    int last = listing.segments().size() - 1;
    if (ahead == null
        && last - index > 1
        && Objects.requireNonNull(file).size() * (last - index) >= aheadBytesMin) {
      ahead =
          SegmentsAhead.over(directory, listing.segments().subList(index, last), windowBytesMax);
    }
    SegmentsAhead.Passed passed = ahead == null ? null : ahead.in(name);
    if (passed != null && passed.salt() == found.salt()) {
      entered.skipTo(passed.offset(), passed.nextId());
      nextId = passed.nextId();
      promised = Math.max(promised, passed.promised());
      lastStampMicros = Math.max(lastStampMicros, passed.lastStampMicros());
    }
  }

  /** One window serves all segments that it is large enough for: memory does not add up. */
  private FrameRun runOf(ReadFile opened, FileHeader found) throws IOException {
    int wanted = Math.min(windowBytesMax, FrameRun.windowBytes(opened));
    FrameRun known = resting;
    if (known == null || restingBytes < wanted) {
      resting = null; // Closed, it must not serve again, whatever happens next.
      if (known != null) {
        known.close();
      }
      FrameRun larger =
          new FrameRun(opened, FileType.SEGMENT, found.salt(), found.firstEntryId(), wanted);
      restingBytes = wanted;
      return larger;
    }
    known.restart(opened, found.salt(), found.firstEntryId());
    return known;
  }

  /** Why a segment with a whole header does not continue the run, or null. */
  private @Nullable String whyNotNext(SegmentName name, FileHeader found) {
    if (found.segmentId() != name.segmentId() || found.firstEntryId() != name.firstEntryId()) {
      return "its header says segment "
          + found.segmentId()
          + " from entry "
          + found.firstEntryId()
          + ", its name does not";
    }
    if (logId != null && !found.logId().equals(logId)) {
      return "it belongs to the log " + found.logId() + ", the others to " + logId;
    }
    FileHeader previous = header;
    if (previous == null) {
      return null;
    }
    if (found.segmentId() == previous.segmentId()) {
      return "another segment before it has the same number";
    }
    if (found.segmentId() - 1 != previous.segmentId()) {
      return "segment " + (previous.segmentId() + 1) + " before it is missing";
    }
    if (found.firstEntryId() != nextId) {
      return "it starts at entry "
          + found.firstEntryId()
          + ", the one before ends at "
          + (nextId - 1);
    }
    if (found.previousSalt() != previous.salt()) {
      return "it does not continue the segment before it: the salts differ";
    }
    return null;
  }

  /** Makes the next step see what was written since. */
  public void refresh() {
    if (run != null) {
      run.refresh();
    }
  }

  /**
   * Makes the cursor see segments that were added since, and go on where it is.
   *
   * @return whether it can; if not, its own segment is not there any more
   */
  public boolean extend(List<SegmentName> segments) {
    int here = segments.indexOf(segment());
    if (here < 0) {
      return false;
    }
    listing = new LogListing(segments, listing.logId(), listing.covered());
    index = here;
    return true;
  }

  /**
   * Decodes the entry that was stepped over.
   *
   * @throws CodecException if the codec throws any exception, which is its cause: the bytes are in
   *     memory, so that none is of the storage
   */
  public <E> E decode(Codec<E> codec) throws IOException {
    ByteBuffer payload = Objects.requireNonNull(run).payload();
    try {
      return codec.decode(payload);
    } catch (Exception refused) { // Also one that is checked and not declared.
      throw refusal(refused);
    }
  }

  private CodecException refusal(Exception refused) {
    return new CodecException(
        "decoding entry "
            + id()
            + ", which ends at offset "
            + Objects.requireNonNull(run).offset()
            + " of "
            + segment().path()
            + ": "
            + (refused instanceof CodecException ? refused.getMessage() : refused)
            + ". The bytes are as they were written: read them with the codec that wrote them",
        refused);
  }

  /** The segment, and the offset after what was stepped over. */
  public LogReport.Position position() {
    return new LogReport.Position(segment().path(), Objects.requireNonNull(run).offset());
  }

  /** The id of the entry or CHECKPOINT that was stepped over. */
  public long id() {
    return nextId - 1;
  }

  /** The last id of the atomic batch that the entry belongs to, its own if to none. */
  long batchLastId() {
    return Objects.requireNonNull(run).batchLastId();
  }

  /** The id of the entry that comes next. */
  public long nextId() {
    return nextId;
  }

  /** The largest promise that was stepped over. */
  public long promised() {
    return promised;
  }

  /** The last wall clock that was stepped over, in microseconds since the epoch. */
  public long lastStampMicros() {
    return lastStampMicros;
  }

  /** The segments that the cursor goes over. */
  public LogListing listing() {
    return listing;
  }

  /** The segment that the cursor is in, or was about to enter. */
  public SegmentName segment() {
    return listing.segments().get(index);
  }

  /** The segment that the run ended in, or the first that there is where it entered none. */
  SegmentName lastEntered() {
    return listing.segments().get(run != null ? index : Math.max(0, index - 1));
  }

  /** The header of the segment that the cursor is in, or null if it entered none. */
  public @Nullable FileHeader header() {
    return run == null ? null : header;
  }

  /** Whether the segment that the cursor is in has reached its END. */
  public boolean ended() {
    return run != null && run.ended();
  }

  /**
   * Goes to the end without handing out an entry. Where that is far, several threads go over the
   * segments, each with a window of its own.
   */
  public void skipToEnd() throws IOException {
    skips = true;
    try {
      FrameRun.Step step;
      do {
        step = next();
      } while (step != FrameRun.Step.STOP);
    } finally {
      skips = false;
    }
  }

  /**
   * Goes to the end and judges. What is written meanwhile is gone over before anything is called
   * damage: a writer syncs frames before it promises them, so whoever sees a promise sees the
   * frames too, when it looks again.
   */
  public LogFindings finish() throws IOException {
    LogReport.Position brokenAt = null;
    while (true) {
      skipToEnd();
      LogFindings findings = conclude();
      LogReport.Position end = findings.report().end();
      if (findings.isAcceptable(ReplayMode.PREFIX) || end.equals(brokenAt)) {
        return findings;
      }
      brokenAt = end;
      refresh();
    }
  }

  /** After STOP: looks at what lies behind the run, and judges. */
  public LogFindings conclude() throws IOException {
    long runEnd = 0;
    long fileSize = 0;
    Remains remains = new Remains(0, 0, 0);
    if (run != null && file != null) {
      runEnd = run.offset();
      fileSize = file.size();
      remains = run.remains();
      end = new LogReport.Position(segment().path(), runEnd);
    }
    boolean endsInLast = run != null && isInLast();
    long largest = Math.max(promised, remains.promised());
    // A segment that does not continue the run was not entered, and promises nevertheless.
    for (int i = run == null ? index : index + 1; i < listing.segments().size(); i++) {
      largest = Math.max(largest, promiseOf(listing.segments().get(i)));
    }
    RecoveryCase which =
        RecoveryCase.of(
            new RecoveryCase.Facts(
                reachesBack,
                endsInLast,
                nextId - 1,
                listing.covered(),
                largest,
                remains.nonZeroEnd() > runEnd,
                remains.frames() > 0));
    return new LogFindings(
        report(which, largest),
        listing,
        header(),
        ended(),
        runEnd,
        fileSize,
        remains,
        promisedEnd,
        lastStampMicros);
  }

  /** The largest promise in a segment behind the run. */
  private long promiseOf(SegmentName name) throws IOException {
    try (ReadFile other = directory.open(name.path())) {
      FileHeader found = Coverage.readHeader(other, name);
      if (found == null || (logId != null && !found.logId().equals(logId))) {
        return 0;
      }
      try (FrameRun frames =
          new FrameRun(
              other,
              FileType.SEGMENT,
              found.salt(),
              found.firstEntryId(),
              FrameRun.windowBytes(other))) {
        return Math.max(found.firstEntryId() - 1, frames.remains().promised());
      }
    }
  }

  private LogReport report(RecoveryCase which, long largest) {
    boolean cuts = which.verdict() == Verdict.TORN || which.verdict() == Verdict.AMBIGUOUS;
    return new LogReport(
        which.verdict(),
        nextId - 1,
        listing.covered(),
        largest,
        listing.segments().size(),
        end,
        cuts ? end : null,
        reason(which, largest));
  }

  private @Nullable String reason(RecoveryCase which, long largest) {
    long intact = nextId - 1;
    return switch (which) {
      case CLEAN -> null;
      case TORN ->
          "the end was being written when the process or the power went; nothing that was promised"
              + " is missing";
      case AMBIGUOUS ->
          "the end was being written when the power went, and its blocks were persisted out of"
              + " order; nothing that was promised is missing";
      case PREFIX_MISSING ->
          "entries "
              + (listing.covered() + 1)
              + " to "
              + (listing.segments().get(0).firstEntryId() - 1)
              + " are missing: a segment before this one, or a checkpoint that covers them, is"
              + " gone";
      case BROKEN_BEFORE_LAST ->
          (problem != null ? problem : "its frames break off or are damaged here")
              + "; entries from "
              + (intact + 1)
              + " on are lost";
      case PROMISE_LOST ->
          "entries "
              + (intact + 1)
              + " to "
              + largest
              + " were promised to be durable, and are damaged or missing";
      case COVERED_LOST ->
          "entries "
              + (intact + 1)
              + " to "
              + listing.covered()
              + " are in a checkpoint, but the log ends before them";
    };
  }

  private void closeSegment() throws IOException {
    ReadFile closing = file;
    file = null;
    resting = run != null ? run : resting;
    run = null;
    if (closing != null) {
      closing.close();
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    try {
      closeSegment();
    } finally {
      FrameRun memory = resting;
      resting = null;
      if (memory != null) {
        memory.close();
      }
    }
  }
}
