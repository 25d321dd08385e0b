package dev.durability.segment;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.LogCutException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameRun;
import dev.durability.log.LogReport;
import dev.durability.log.ReplayMode;
import dev.durability.storage.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the entries of a log that may be written at the same time. Before it reports damage, it
 * reads again, and then lists the segments and reads again. A writer syncs frames before it
 * promises them, so the second read sees the frames of a promise. Listing again shows what the
 * writer renamed and removed.
 */
public final class LiveCursor implements Closeable {
  /** The place where recovery starts; see {@link #LiveCursor}. */
  static final long START = 0;

  private static final int LOOKS = 3;

  /** How many times a segment may be truncated after it was listed and before it is opened. */
  public static final int MISSES = 100;

  private final Directory directory;
  private final ReplayMode mode;
  private LogCursor cursor;
  private long wantedId;
  private @Nullable FileHeader readFrom;
  private long seenEntered;
  private int looks;
  private int misses;

  /** Whether the last step gave an entry: in its segment, the next one needs no second look. */
  private boolean steady;

  private LogReport.@Nullable Position brokenAt;

  /**
   * Starts before an entry.
   *
   * @param fromId the entry, or {@link #START}
   */
  public LiveCursor(Directory directory, ReplayMode mode, long fromId) throws IOException {
    this.directory = directory;
    this.mode = mode;
    this.wantedId = fromId;
    this.cursor = open(directory, fromId, FrameRun.WINDOW_BYTES);
  }

  /**
   * Opens a cursor at the segment of an entry.
   *
   * @param fromId the entry, or {@link #START}
   */
  public static LogCursor open(Directory directory, long fromId, int windowBytes)
      throws IOException {
    return open(directory, fromId, fromId, SegmentName.HIGHEST, windowBytes);
  }

  /**
   * Opens a cursor that goes on where another one stopped. It starts in the segment of the entry
   * before, to check that the next one continues it. It never starts after the segment that the
   * other cursor was in: what follows has to continue that segment, whatever the names say. If
   * these segments were truncated meanwhile, it starts at the segment of the next entry.
   *
   * @param nextId the entry that comes next, or {@link #START}
   */
  public static LogCursor reopen(
      Directory directory, LogCursor stopped, long nextId, int windowBytes) throws IOException {
    return open(directory, Math.max(nextId - 1, 0), nextId, stopped.lastEntered(), windowBytes);
  }

  private static LogCursor open(
      Directory directory, long knownId, long nextId, SegmentName highest, int windowBytes)
      throws IOException {
    if (nextId < 0) {
      throw new IllegalArgumentException("there is no entry " + nextId);
    }
    for (int look = 1; ; look++) {
      List<SegmentName> segments = LogListing.existing(directory);
      LogListing listing;
      int start;
      if (nextId == START) {
        listing = LogListing.of(directory, segments);
        start = listing.start();
      } else {
        listing = LogListing.withoutVerdict(segments);
        start = listing.indexOf(knownId, highest);
        start = start < 0 && knownId != nextId ? listing.indexOf(nextId) : start;
        listing =
            LogListing.from(directory, segments, start < 0 ? null : listing.segments().get(start));
      }
      if (start >= 0) {
        return new LogCursor(directory, listing, start, windowBytes);
      }
      if (look == LOOKS) {
        throw whyNotFrom(directory, nextId, listing);
      }
    }
  }

  private static IOException whyNotFrom(Directory directory, long nextId, LogListing listing)
      throws IOException {
    if (nextId == START) {
      try (LogCursor cursor = new LogCursor(directory, listing, -1)) {
        LogFindings.finish(cursor).judgement().refuseUnless(ReplayMode.PREFIX);
      }
    }
    return new DurabilityException(
        "cannot read from entry "
            + nextId
            + " on: the log starts at entry "
            + listing.segments().get(0).firstEntryId()
            + ": older entries were truncated, or are missing. Start from a checkpoint that covers"
            + " them");
  }

  /**
   * Goes to the next entry that is wanted.
   *
   * @param toId the last entry that is wanted; nothing after it is read
   * @return whether there is one; if not, the log ended as the mode accepts
   */
  public boolean next(long toId) throws IOException {
    // An ENTRY is the last of its batch, if it is in any.
    if (steady && cursor.nextId() <= toId && cursor.nextIsEntryInWindow()) {
      return true;
    }
    if (steady) {
      wantedId = cursor.nextId();
      steady = false;
    }
    steady = nextOfAnyKind(toId);
    return steady;
  }

  private boolean nextOfAnyKind(long toId) throws IOException {
    while (cursor.nextId() <= toId) {
      try {
        FrameRun.Step step = cursor.next();
        if (step == FrameRun.Step.ENTRY && cursor.batchLastId() > toId) {
          return false; // A batch is shown whole or not at all.
        }
        if (step == FrameRun.Step.ENTRY && cursor.id() >= wantedId) {
          if (cursor.segmentsEntered() != seenEntered) {
            refuseIfCut();
          }
          wantedId = cursor.id() + 1;
          looks = 0;
          misses = 0;
          return true;
        }
        if (step == FrameRun.Step.STOP && endIsAcceptable()) {
          return false;
        }
      } catch (NoSuchFileException truncatedMeanwhile) {
        if (++misses == MISSES) {
          throw truncatedMeanwhile;
        }
        lookAgain();
      }
    }
    return false;
  }

  /**
   * Before the first entry of each segment that is given: what was given must not be void by now,
   * or the caller would see a mixture of two logs.
   */
  private void refuseIfCut() throws IOException {
    FileHeader here = Objects.requireNonNull(cursor.lastHeader());
    FileHeader before = readFrom;
    readFrom = here;
    seenEntered = cursor.segmentsEntered();
    if (before != null && !before.equals(here)) {
      refuseIfCutAfter(before);
      if (cursor.id() > wantedId) {
        throw new LogCutException(cursor.id(), wantedId - 1);
      }
    }
  }

  private void refuseIfCutAfter(FileHeader before) throws IOException {
    LogListing now = LogListing.withoutVerdict(LogListing.existing(directory));
    long firstVoidId = now.firstVoidId(directory, before, wantedId);
    if (firstVoidId < wantedId) {
      throw new LogCutException(firstVoidId, wantedId - 1);
    }
  }

  /** Judges the end of the run. If it is not acceptable, prepares to read it again. */
  private boolean endIsAcceptable() throws IOException {
    if (readFrom != null) {
      refuseIfCutAfter(readFrom);
    }
    Judgement judgement = LogFindings.conclude(cursor).judgement();
    if (judgement.isAcceptable(mode)) {
      return true;
    }
    LogReport.Position end = judgement.end();
    if (!end.equals(brokenAt)) {
      brokenAt = end;
      cursor.refresh();
    } else if (++looks == LOOKS) {
      judgement.refuseUnless(mode);
    } else {
      lookAgain();
    }
    return false;
  }

  private void lookAgain() throws IOException {
    long nextId = wantedId == START ? START : cursor.nextId();
    LogCursor again = reopen(directory, cursor, nextId, FrameRun.WINDOW_BYTES);
    cursor.close();
    cursor = again;
    seenEntered = 0; // The other cursor has a count of its own.
  }

  /** The id of the entry that {@link #next} went to. */
  public long id() {
    return cursor.id();
  }

  /** Decodes that entry. */
  public <E> E decode(Decoding<E> decoding) throws IOException {
    return cursor.decode(decoding);
  }

  @Override
  public void close() throws IOException {
    cursor.close();
  }
}
