package dev.durability.wal;

import dev.durability.errors.DurabilityException;
import dev.durability.frame.FrameRun;
import dev.durability.storage.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Goes over the entries of a log that may be written at the same time: what looks like damage is
 * listed and read again before it is called so. A writer syncs frames before it promises them, so
 * one more look is enough to see what a promise speaks of; the others are for its renames.
 */
final class LiveCursor implements Closeable {
  private static final int LOOKS = 3;

  private final Directory directory;
  private final ReplayMode mode;
  private final long fromId;
  private LogCursor cursor;
  private int looks;

  /**
   * Starts before an entry.
   *
   * @param fromId the entry, or {@link WalReplay#START}
   */
  LiveCursor(Directory directory, ReplayMode mode, long fromId) throws IOException {
    if (fromId < 0) {
      throw new IllegalArgumentException("there is no entry " + fromId);
    }
    this.directory = directory;
    this.mode = mode;
    this.fromId = fromId;
    this.cursor = open(fromId, fromId);
  }

  /**
   * Opens a cursor at the segment of an entry.
   *
   * @param knownId the last entry whose segment has to be read, to see that the next continues it;
   *     where that segment was truncated meanwhile, the one of the next entry serves
   */
  private LogCursor open(long knownId, long nextId) throws IOException {
    for (int look = 1; ; look++) {
      LogListing listing = LogListing.of(directory, segmentsOf(directory));
      int start = listing.indexOf(nextId == WalReplay.START ? listing.covered() + 1 : knownId);
      start = start < 0 && knownId != nextId ? listing.indexOf(nextId) : start;
      LogCursor opened = new LogCursor(directory, listing, start);
      if (start >= 0) {
        return opened;
      }
      if (look == LOOKS) {
        try (opened) {
          throw whyNotFrom(nextId, listing, opened);
        }
      }
    }
  }

  /** The segments of a log. A log has at least one. */
  static List<SegmentName> segmentsOf(Directory directory) throws IOException {
    List<SegmentName> segments = LogListing.segments(directory);
    if (segments.isEmpty()) {
      throw new NoSuchFileException(
          LogFiles.SEGMENTS, null, "there is no log here: the directory has no segment");
    }
    return segments;
  }

  private static IOException whyNotFrom(long nextId, LogListing listing, LogCursor opened)
      throws IOException {
    if (nextId == WalReplay.START) {
      FrameRun.Step step;
      do {
        step = opened.next();
      } while (step != FrameRun.Step.STOP);
      opened.conclude().refuseUnless(ReplayMode.PREFIX);
    }
    return new DurabilityException(
        "entries from "
            + nextId
            + " on were asked for, but the log starts at entry "
            + listing.segments().get(0).firstEntryId()
            + ": what is before was truncated");
  }

  /**
   * Goes to the next entry that is wanted.
   *
   * @return whether there is one; if not, the log ended as the mode accepts
   */
  boolean next() throws IOException {
    while (true) {
      try {
        FrameRun.Step step = cursor.next();
        if (step == FrameRun.Step.STOP) {
          LogFindings findings = cursor.conclude();
          if (findings.isAcceptable(mode)) {
            return false;
          }
          if (++looks == LOOKS) {
            findings.refuseUnless(mode);
          }
          lookAgain();
        } else if (step == FrameRun.Step.ENTRY && cursor.id() >= fromId) {
          looks = 0;
          return true;
        }
      } catch (NoSuchFileException truncatedMeanwhile) {
        if (++looks == LOOKS) {
          throw truncatedMeanwhile;
        }
        lookAgain();
      }
    }
  }

  private void lookAgain() throws IOException {
    long nextId = cursor.nextId();
    cursor.close();
    cursor = open(nextId - 1, nextId);
    while (cursor.nextId() < nextId && cursor.next() != FrameRun.Step.STOP) {
      // Over what was handed over already.
    }
  }

  /** The id of the entry that {@link #next} went to. */
  long id() {
    return cursor.id();
  }

  /** The last id of the atomic batch that the entry belongs to, its own if to none. */
  long batchLastId() {
    return cursor.batchLastId();
  }

  /** The id of the entry that comes next, as far as is known. */
  long nextId() {
    return cursor.nextId();
  }

  /** The entry's bytes: a view until the next call. */
  ByteBuffer payload() throws IOException {
    return cursor.payload();
  }

  @Override
  public void close() throws IOException {
    cursor.close();
  }
}
