package dev.durability.segment;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The segments of a log at one moment, and where recovery starts in them. */
public final class LogListing {
  private final List<SegmentName> segments;
  private final @Nullable UUID logId;
  private final @Nullable Coverage coverage;

  private LogListing(
      List<SegmentName> segments, @Nullable UUID logId, @Nullable Coverage coverage) {
    this.segments = segments;
    this.logId = logId;
    this.coverage = coverage;
  }

  /**
   * Lists the segments in order; none if the log has no segment yet.
   *
   * @throws dev.durability.errors.FormatException if a log of another program is there
   */
  public static List<SegmentName> segments(Directory directory) throws IOException {
    List<String> names;
    try {
      names = directory.list(LogFiles.SEGMENTS);
    } catch (NoSuchFileException noLog) {
      ForeignLog.refuse(directory, List.of());
      throw noLog;
    }
    ForeignLog.refuse(directory, names);
    return names.stream()
        .map(SegmentName::parse)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .sorted(SegmentName.ORDER)
        .toList();
  }

  /**
   * Lists the segments of an existing log: at least one.
   *
   * @throws NoSuchFileException if there is no log
   */
  public static List<SegmentName> existing(Directory directory) throws IOException {
    List<SegmentName> segments = segments(directory);
    if (segments.isEmpty()) {
      // A listing that is made while one segment takes the place of another may show neither.
      segments = segments(directory);
    }
    if (segments.isEmpty()) {
      throw new NoSuchFileException(
          LogFiles.SEGMENTS, null, "there is no log here: the directory has no segment");
    }
    return segments;
  }

  /**
   * The segments of a log that is read but not judged: checkpoints do not count, and none is read.
   *
   * @param segments the segments, in order: at least one
   */
  public static LogListing withoutVerdict(List<SegmentName> segments) {
    return new LogListing(segments, null, null);
  }

  /** Lists what recovery needs. */
  public static LogListing of(Directory directory, List<SegmentName> segments) throws IOException {
    return of(directory, segments, 0);
  }

  /**
   * Lists what recovery needs if a checkpoint was read before.
   *
   * @param covered the last entry of a checkpoint of this log that is known to be valid, or 0: that
   *     checkpoint and older ones are not read. Ignored if the log knows of no checkpoint that ends
   *     with that entry
   */
  public static LogListing of(Directory directory, List<SegmentName> segments, long covered)
      throws IOException {
    if (covered < 0 || covered > FrameFormat.ENTRY_ID_MAX) {
      throw new IllegalArgumentException("no checkpoint contains entries up to " + covered);
    }
    LogListing listing = covering(directory, segments, covered);
    return covered == 0 || listing.coverage == null || listing.coverage.isNamed(covered)
        ? listing
        : covering(directory, segments, 0);
  }

  /**
   * Lists what is needed to read from a segment on. Older segments, and checkpoints that cover less
   * than those, are not opened: they cannot change the verdict. {@link #covered} is then at least
   * the last entry before the segment.
   *
   * @param start its index, or -1 for all segments
   */
  static LogListing from(Directory directory, List<SegmentName> segments, int start)
      throws IOException {
    return covering(directory, segments, start < 0 ? 0 : segments.get(start).firstEntryId() - 1);
  }

  private static LogListing covering(Directory directory, List<SegmentName> segments, long floor)
      throws IOException {
    UUID logId = logId(directory, segments);
    Coverage coverage = logId == null ? null : Coverage.list(directory, segments, logId, floor);
    return new LogListing(segments, logId, coverage);
  }

  /** The same log after segments were added. What is covered stays what it was. */
  LogListing with(List<SegmentName> now) {
    return new LogListing(now, logId, coverage);
  }

  /** The log that the newest good header names, or null. */
  static @Nullable UUID logId(Directory directory, List<SegmentName> segments) throws IOException {
    for (int i = segments.size() - 1; i >= 0; i--) {
      try {
        FileHeader header = Segment.goodHeader(directory, segments.get(i));
        if (header != null) {
          return header.logId();
        }
      } catch (NoSuchFileException removedMeanwhile) {
        // By a writer that truncates; later segments exist.
      }
    }
    return null;
  }

  /** The segments, in order. */
  public List<SegmentName> segments() {
    return segments;
  }

  /** The log, or null if no header can be read. */
  @Nullable UUID logId() {
    return logId;
  }

  /** C, the last entry of the newest valid checkpoint. Reads checkpoints. */
  long covered() throws IOException {
    return coverage == null ? 0 : coverage.value();
  }

  /** The greater of C and an entry. Only checkpoints that contain more than it are read. */
  long coveredAtLeast(long entryId) throws IOException {
    return coverage == null ? entryId : coverage.atLeast(entryId);
  }

  /**
   * Finds the segment that recovery starts in: the last that starts at or before the entry after C.
   *
   * @return its index; -1 if no segment reaches back so far
   */
  public int start() throws IOException {
    return indexOf(covered() + 1);
  }

  /** The index of the last segment that starts at or before an entry, or -1. */
  public int indexOf(long entryId) {
    return indexOf(entryId, SegmentName.HIGHEST);
  }

  /** The same among the segments up to a last one. */
  int indexOf(long entryId, SegmentName last) {
    int index = segments.size() - 1;
    while (index >= 0
        && (segments.get(index).firstEntryId() > entryId
            || SegmentName.ORDER.compare(segments.get(index), last) > 0)) {
      index--;
    }
    return index;
  }
}
