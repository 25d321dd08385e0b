package dev.durability.segment;

import dev.durability.errors.ChecksumMismatch;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameRun;
import dev.durability.frame.WrittenSchema;
import dev.durability.log.LogReport;
import dev.durability.storage.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the run of valid and contiguous frames of a log, from segment to segment. It only
 * moves; {@link LogFindings} and {@link Judgement} say what the end of the run means.
 */
public final class LogCursor implements Closeable {
  /** Below this size, starting threads is not worth it. */
  private static final long AHEAD_BYTES_MIN = 32 << 20;

  private final Directory directory;
  private final boolean reachesBack;
  private final RunMemory memory;
  private final long aheadBytesMin;
  private LogListing listing;
  private int index;
  private @Nullable Segment open;
  private @Nullable FileHeader header;
  private @Nullable FrameRun run;
  private long segmentsEntered;
  private final Supplier<SegmentName> segmentForMessages = this::segment;
  private boolean closed;
  private @Nullable UUID logId;
  private long nextId;
  private long promisedBefore;
  private long lastStampBefore;
  private final PromisedEnd promisedEnd = new PromisedEnd();
  private final WrittenSchema schema = new WrittenSchema();
  private LogReport.Position stoppedAt;
  private @Nullable String problem;
  private @Nullable ChecksumMismatch headerMismatch;
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

  /** The same, with at most {@code windowBytesMax} bytes of a file in memory. */
  public LogCursor(Directory directory, LogListing listing, int start, int windowBytesMax) {
    this(directory, listing, start, windowBytesMax, AHEAD_BYTES_MIN);
  }

  /**
   * The same; {@link #skipToEnd} uses several threads if at least {@code aheadBytesMin} bytes are
   * left.
   */
  LogCursor(
      Directory directory, LogListing listing, int start, int windowBytesMax, long aheadBytesMin) {
    this.directory = directory;
    this.memory = new RunMemory(windowBytesMax);
    this.aheadBytesMin = aheadBytesMin;
    this.listing = listing;
    this.logId = listing.logId();
    this.reachesBack = start >= 0;
    this.index = Math.max(0, start);
    SegmentName first = listing.segments().get(index);
    this.nextId = first.firstEntryId();
    this.stoppedAt = new LogReport.Position(first.path(), 0);
  }

  /**
   * Goes one frame further. The END of a segment is a step, the header of the next is not.
   *
   * @throws java.nio.file.NoSuchFileException if a segment of the listing is gone
   */
  public FrameRun.Step next() throws IOException {
    FrameRun inside = run;
    return inside != null && inside.nextIsEntryInWindow() ? FrameRun.Step.ENTRY : nextOfAnyKind();
  }

  /**
   * Goes one frame further if that is an ENTRY that is whole in memory, as nearly all are.
   *
   * @return whether it did; if not, the cursor is where it was, and {@link #next} finds out more
   */
  boolean nextIsEntryInWindow() {
    FrameRun inside = run;
    return inside != null && inside.nextIsEntryInWindow();
  }

  private FrameRun.Step nextOfAnyKind() throws IOException {
    while (true) {
      if (run == null && !openSegment()) {
        return FrameRun.Step.STOP;
      }
      FrameRun current = Objects.requireNonNull(run);
      FrameRun.Step step = current.next();
      switch (step) {
        case MARK, END ->
            promisedEnd.pass(
                current.offset() - FrameFormat.PROMISE_FRAME_BYTES,
                current.nextId(),
                current.promised());
        case SCHEMA -> schema.pass(current);
        case CHECKPOINT, ENTRY -> {}
        case STOP -> {
          if (isInLast() || !isPassed(current)) {
            return step;
          }
          closeSegment();
          index++;
          continue;
        }
      }
      return step;
    }
  }

  /** Whether all that counts in a segment was gone over. */
  private boolean isPassed(FrameRun current) throws IOException {
    return current.reachedLastId() || (current.ended() && !somethingFollows(current));
  }

  private boolean somethingFollows(FrameRun current) throws IOException {
    return fileSize() > current.offset() && current.remains().nonZeroEnd() > current.offset();
  }

  /** How many segments were entered until now: another number tells of another segment. */
  long segmentsEntered() {
    return segmentsEntered;
  }

  /** Whether the cursor is in the last segment of its listing. */
  public boolean isInLast() {
    return index == listing.segments().size() - 1;
  }

  private boolean openSegment() throws IOException {
    if (closed) {
      throw new IOException("cannot read the log: the reader was closed; open it again");
    }
    SegmentName name = segment();
    Segment opened = null;
    try {
      headerMismatch = null;
      opened = isInLast() ? Segment.open(directory, name) : Segment.openFollowed(directory, name);
      problem = opened.whyNotNext(header, logId, nextId);
      if (problem == null) {
        enter(name, opened);
      }
    } catch (BadHeaderException damaged) {
      problem = "its header is damaged: " + damaged.getMessage();
      headerMismatch = damaged.checksum();
    } finally {
      if (run == null && opened != null) {
        opened.close();
      }
    }
    if (problem != null) {
      stoppedAt = new LogReport.Position(name.path(), 0);
    }
    return problem == null;
  }

  private void enter(SegmentName name, Segment opened) throws IOException {
    FileHeader found = opened.header();
    FrameRun entered = memory.runOf(opened);
    entered.endAfter(listing.lastIdOf(directory, index, found.logId()));
    open = opened;
    header = found;
    logId = found.logId();
    promisedBefore = Math.max(promisedBefore, found.firstEntryId() - 1);
    lastStampBefore = Math.max(lastStampBefore, found.createdMicros());
    promisedEnd.begin(found.firstEntryId());
    schema.beginFile();
    run = entered;
    segmentsEntered++;
    skipWithin(name, found, entered);
  }

  /** If entries are only skipped, goes on where other threads stopped checking this segment. */
  private void skipWithin(SegmentName name, FileHeader found, FrameRun entered) throws IOException {
    if (!skips) {
      return;
    }
    int last = listing.segments().size() - 1;
    if (ahead == null && last - index > 1 && fileSize() * (last - index) >= aheadBytesMin) {
      ahead = SegmentsAhead.over(directory, listing, index, last, memory.windowBytesMax());
    }
    SegmentsAhead.Passed passed = ahead == null ? null : ahead.in(name);
    if (passed != null && passed.salt() == found.salt()) {
      entered.skipTo(passed.offset(), passed.nextId());
      promisedBefore = Math.max(promisedBefore, passed.promised());
      lastStampBefore = Math.max(lastStampBefore, passed.lastStampMicros());
    }
  }

  /** Makes the next step see what was written since the window was read. */
  public void refresh() {
    if (run != null) {
      run.refresh();
    }
  }

  /**
   * Adds segments that were made since the cursor was opened. It stays where it is.
   *
   * @return whether that worked; if not, its own segment is gone
   */
  public boolean extend(List<SegmentName> names) throws IOException {
    LogListing extended = listing.with(names);
    int here = extended.segments().indexOf(segment());
    if (here < 0) {
      return false;
    }
    listing = extended;
    index = here;
    if (run != null) {
      run.endAfter(listing.lastIdOf(directory, index, Objects.requireNonNull(logId)));
    }
    return true;
  }

  /**
   * Decodes the entry that was stepped over.
   *
   * @throws dev.durability.errors.SchemaException if the codec cannot read its schema
   * @throws dev.durability.errors.CodecException if the codec refuses it
   */
  public <E> E decode(Decoding<E> decoding) throws IOException {
    return decoding.decode(Objects.requireNonNull(run), schema.now(), segmentForMessages);
  }

  /** The segment, and the offset after what was stepped over. */
  public LogReport.Position position() {
    return new LogReport.Position(segment().path(), Objects.requireNonNull(run).offset());
  }

  /** The id of the entry that was stepped over. */
  public long id() {
    return nextId() - 1;
  }

  /** The last id of the entry's atomic batch; its own id if it is in no batch. */
  long batchLastId() {
    return Objects.requireNonNull(run).batchLastId();
  }

  /** P: the last entry of the run. Nothing is intact if no segment is where the run starts. */
  long intact() {
    return reachesBack || header != null ? nextId() - 1 : 0;
  }

  /** The id of the entry that comes next. */
  public long nextId() {
    FrameRun inside = run;
    return inside == null ? nextId : inside.nextId();
  }

  /** The largest promise that was stepped over. */
  public long promised() {
    return run == null ? promisedBefore : Math.max(promisedBefore, run.promisedThrough());
  }

  /** The last wall clock that was stepped over, in microseconds since the epoch. */
  public long lastStampMicros() {
    return run == null ? lastStampBefore : Math.max(lastStampBefore, run.lastStampMicros());
  }

  /** The segments that the cursor goes over. */
  public LogListing listing() {
    return listing;
  }

  /** The segment that the cursor is in, or was about to enter. */
  public SegmentName segment() {
    return listing.segments().get(index);
  }

  /** The segment that the run ended in, or the first one if it entered none. */
  SegmentName lastEntered() {
    return listing.segments().get(run != null ? index : Math.max(0, index - 1));
  }

  /** The header of the segment that the cursor is in, or null if it entered none. */
  public @Nullable FileHeader header() {
    return run == null ? null : header;
  }

  /** The header of the segment that was entered last, or null if none was. */
  public @Nullable FileHeader lastHeader() {
    return header;
  }

  /** Whether the segment that the cursor is in has reached its END. */
  public boolean ended() {
    return run != null && run.ended();
  }

  /**
   * Goes to the end without handing out entries. If that is far, several threads check the
   * segments, each with its own window.
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

  /** Where the run ends; if it could not enter a segment, the start of that segment. */
  LogReport.Position end() {
    return run != null ? new LogReport.Position(segment().path(), run.offset()) : stoppedAt;
  }

  /** The index of the first segment after the one that the run ended in. */
  int firstNotEntered() {
    return run == null ? index : index + 1;
  }

  /** Why the segment at {@link #end} was not entered, or null. */
  @Nullable String problem() {
    return problem;
  }

  /** The checksum at fault for the end of the run, or for the header after it; null if none is. */
  @Nullable ChecksumMismatch checksumMismatch() throws IOException {
    return run == null ? headerMismatch : run.checksumMismatch();
  }

  /** The run in the segment that the cursor is in, or null if it entered none. */
  @Nullable FrameRun run() {
    return run;
  }

  /** The size of the segment that the cursor is in, as it is now. */
  long fileSize() throws IOException {
    return Objects.requireNonNull(open).size();
  }

  /** Whether some segment reached back to where the cursor had to start. */
  boolean reachesBack() {
    return reachesBack;
  }

  /** The log, or null if no header was read. */
  @Nullable UUID logId() {
    return logId;
  }

  /** A place in the last segment that was entered, shortly before the end of what is promised. */
  PromisedEnd promisedEnd() {
    return promisedEnd;
  }

  Directory directory() {
    return directory;
  }

  private void closeSegment() throws IOException {
    promisedBefore = promised();
    lastStampBefore = lastStampMicros();
    nextId = nextId();
    Segment closing = open;
    open = null;
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
      memory.close();
    }
  }
}
