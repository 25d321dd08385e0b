package dev.durability.append;

import dev.durability.errors.LogCutException;
import dev.durability.log.SegmentRange;
import dev.durability.segment.Decoding;
import dev.durability.segment.EntryFinder;
import dev.durability.segment.LogListing;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Entries of an open log by their ids, from the segments that hold them. Any thread. */
public final class EntryLookup implements Closeable {
  private static final long UNKNOWN = 0;

  private final Directory directory;
  private final SegmentAppender appender;
  private final EntryFinder finder;
  private final Cuts cuts;
  private volatile long firstListed = UNKNOWN;

  /** Opens nothing yet. */
  public EntryLookup(Directory directory, SegmentAppender appender) {
    this.directory = directory;
    this.appender = appender;
    this.cuts = appender.cuts;
    this.finder = new EntryFinder(directory, appender.index);
  }

  /** The first entry of the log. The headers of its segments are read, once. */
  public long firstEntryId() throws IOException {
    List<SegmentRange> ended = appender.ended();
    long oldest = appender.live().firstEntryId();
    for (SegmentRange each : ended) {
      oldest = Math.min(oldest, each.firstEntryId());
    }
    if (firstListed == UNKNOWN) {
      LogListing now = LogListing.withoutVerdict(LogListing.existing(directory));
      firstListed = now.firstEntryId(directory);
    }
    return Math.max(Math.max(firstListed, cuts.beginning()), oldest);
  }

  /**
   * Reads entries in order. What is cut off meanwhile is left out.
   *
   * @param fromId the first
   * @param toId the last
   * @param limit tells up to which entry the log may be read now; that one is written
   * @param target is given each
   * @return the entry after the last that was given: less than {@code toId} if the next one was
   *     truncated, or is not there yet
   * @throws LogCutException if entries that were given were cut off, and others are there now
   */
  public <E> long read(
      long fromId,
      long toId,
      LongSupplier limit,
      Decoding<E> decoding,
      EntryFinder.Target<E> target)
      throws IOException {
    long nextId = fromId;
    if (fromId < firstEntryId()) {
      return fromId;
    }
    SegmentName before = null;
    while (true) {
      int cutsBefore = cuts.count();
      long lastId = Math.min(toId, limit.getAsLong());
      SegmentRange segment = nextId <= lastId ? segmentOf(nextId) : null;
      if (segment == null) {
        return nextId;
      }
      SegmentName name = new SegmentName(segment.segmentId(), segment.firstEntryId());
      if (before != null) {
        refuseIfCut(before, nextId);
      }
      lastId = Math.min(lastId, segment.lastEntryId());
      long reached;
      try {
        reached = finder.read(name, nextId, lastId, decoding, target);
      } catch (NoSuchFileException truncatedMeanwhile) {
        return nextId;
      }
      if (reached <= lastId && cuts.due() != null) {
        return reached; // It was looked for in the segment that cuts it off.
      }
      if (reached <= lastId && cuts.count() == cutsBefore) {
        throw finder.missing(name, reached, lastId);
      }
      before = reached > nextId ? name : before;
      nextId = reached;
    }
  }

  /** A range must not go on in a segment that makes void what was given of it. */
  private void refuseIfCut(SegmentName before, long nextId) throws LogCutException {
    long firstVoidId = firstIdAfter(before, appender.live(), nextId);
    for (SegmentRange each : appender.ended()) {
      SegmentName name = new SegmentName(each.segmentId(), each.firstEntryId());
      firstVoidId = firstIdAfter(before, name, firstVoidId);
    }
    if (firstVoidId < nextId) {
      throw new LogCutException(firstVoidId, nextId - 1);
    }
  }

  private static long firstIdAfter(SegmentName before, SegmentName other, long firstId) {
    return other.segmentId() > before.segmentId()
        ? Math.min(other.firstEntryId(), firstId)
        : firstId;
  }

  /** The segment that holds an entry which is written, or null if it was truncated. */
  private @Nullable SegmentRange segmentOf(long id) {
    SegmentName live = appender.live();
    if (live.firstEntryId() <= id) {
      return live.holding(Long.MAX_VALUE);
    }
    SegmentRange holding = null;
    for (SegmentRange each : appender.ended()) { // All of one moment: others remove segments.
      if (each.firstEntryId() <= id && id <= each.lastEntryId()) {
        holding = each;
      }
    }
    return holding;
  }

  /** A segment was removed. */
  public void forget(SegmentRange removed) {
    finder.forget(new SegmentName(removed.segmentId(), removed.firstEntryId()));
  }

  @Override
  public void close() throws IOException {
    finder.close();
  }
}
