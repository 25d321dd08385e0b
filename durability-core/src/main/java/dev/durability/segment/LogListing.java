package dev.durability.segment;

import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameRun;
import dev.durability.log.SegmentRange;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a log at one moment, and where recovery starts in them.
 *
 * <p>The owner of a log may have cut off its end: a segment that {@linkplain FileHeader#rewinds
 * rewinds} makes all earlier entries from its first on void. So a segment <em>stands</em> if no
 * later one starts at or before its first entry; of one that stands, the entries before the next
 * one that stands count.
 */
public final class LogListing {
  private final List<SegmentName> names;
  private final List<SegmentName> segments;
  private final @Nullable UUID logId;
  private final @Nullable Coverage coverage;

  /** The last entry before the part that is read: it counts as covered, whatever covers it. */
  private final long floor;

  private boolean isUnmixed;

  private LogListing(
      List<SegmentName> names, @Nullable UUID logId, @Nullable Coverage coverage, long floor) {
    this.names = names;
    this.segments = standing(names);
    this.logId = logId;
    this.coverage = coverage;
    this.floor = floor;
  }

  /** The segments that stand among all, in order. */
  public static List<SegmentName> standing(List<SegmentName> names) {
    List<SegmentName> standing = new ArrayList<>();
    long lowest = Long.MAX_VALUE;
    for (int i = names.size() - 1; i >= 0; i--) {
      SegmentName name = names.get(i);
      if (name.firstEntryId() < lowest || standing.isEmpty()) {
        standing.add(name);
        lowest = name.firstEntryId();
      }
    }
    Collections.reverse(standing);
    return List.copyOf(standing);
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
   * @throws CorruptLogException if a checkpoint of the log is there, and no segment
   */
  public static List<SegmentName> existing(Directory directory) throws IOException {
    List<SegmentName> segments;
    try {
      segments = segments(directory);
      if (segments.isEmpty()) {
        // A listing that is made while one segment takes the place of another may show neither.
        segments = segments(directory);
      }
    } catch (NoSuchFileException noLog) {
      refuseCheckpointsAlone(directory);
      throw noLog(noLog.getFile(), "wal/ is missing");
    }
    if (segments.isEmpty()) {
      refuseCheckpointsAlone(directory);
      throw noLog(LogFiles.SEGMENTS, "wal/ has no segment");
    }
    return segments;
  }

  private static NoSuchFileException noLog(String path, String what) {
    return new NoSuchFileException(
        path,
        null,
        "there is no log here: "
            + what
            + ". Use the directory that has the log's wal/, or open a writer, which creates one");
  }

  /** Throws if there are checkpoints of a log whose segments are all gone. */
  public static void refuseCheckpointsAlone(Directory directory) throws IOException {
    List<Long> checkpoints = CheckpointName.list(directory);
    if (!checkpoints.isEmpty()) {
      throw new CorruptLogException(
          "the log has no segment, but a checkpoint of it up to entry "
              + checkpoints.get(0)
              + " is there: its segments were removed. Restore them from a copy, or move the"
              + " checkpoints away to start an empty log",
          LogFiles.SEGMENTS,
          0,
          1,
          checkpoints.get(0));
    }
  }

  /**
   * The segments of a log that is read but not judged: checkpoints do not count, and none is read.
   *
   * @param segments the segments, in order: at least one
   */
  public static LogListing withoutVerdict(List<SegmentName> segments) {
    return new LogListing(segments, null, null, 0);
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
   * @param start it, or null for all segments
   */
  static LogListing from(
      Directory directory, List<SegmentName> segments, @Nullable SegmentName start)
      throws IOException {
    long floor = start == null ? 0 : start.firstEntryId() - 1;
    UUID logId = logId(directory, segments);
    return new LogListing(segments, logId, coverage(directory, segments, logId, floor), floor);
  }

  private static LogListing covering(Directory directory, List<SegmentName> segments, long covered)
      throws IOException {
    UUID logId = logId(directory, segments);
    return new LogListing(segments, logId, coverage(directory, segments, logId, covered), 0);
  }

  private static @Nullable Coverage coverage(
      Directory directory, List<SegmentName> segments, @Nullable UUID logId, long floor)
      throws IOException {
    return logId == null ? null : Coverage.list(directory, standing(segments), logId, floor);
  }

  /** The same log after segments were added. What is covered stays what it was. */
  LogListing with(List<SegmentName> now) {
    return new LogListing(now, logId, coverage, floor);
  }

  /** The log that the newest good header of a segment that stands names, or null. */
  public static @Nullable UUID logId(Directory directory, List<SegmentName> segments)
      throws IOException {
    List<SegmentName> standing = standing(segments);
    for (int i = standing.size() - 1; i >= 0; i--) {
      try {
        FileHeader header = Segment.goodHeader(directory, standing.get(i));
        if (header != null) {
          return header.logId();
        }
      } catch (NoSuchFileException removedMeanwhile) {
        // By a writer that truncates; later segments exist.
      }
    }
    return null;
  }

  /** Whether a checkpoint says what is covered, and not only where the part begins that is read. */
  boolean isCheckpoints(long covered) {
    return floor == 0 || covered > floor;
  }

  /** All segments, those that do not stand among them, in order. */
  public List<SegmentName> names() {
    return names;
  }

  /** The segments that stand, in order. */
  public List<SegmentName> segments() {
    return segments;
  }

  /**
   * Tells whether entries that were read are void by now: whether a later segment rewinds to one of
   * them. Headers are read only if a name says that it may.
   *
   * @param readIn the header of the segment that was read last
   * @param nextId the entry after the last that was read
   * @return the first entry that is void, or {@code nextId} if none is
   * @throws dev.durability.errors.DurabilityException if the segments are gone that tell
   */
  public long firstVoidId(Directory directory, FileHeader readIn, long nextId) throws IOException {
    SegmentName here = new SegmentName(readIn.segmentId(), readIn.firstEntryId());
    if (SegmentName.ORDER.compare(names.get(0), here) > 0) {
      return TruncatedSegment.firstVoidId(directory, readIn, nextId, names.get(0));
    }
    long first = nextId;
    for (int i = names.size() - 1; i >= 0; i--) {
      SegmentName name = names.get(i);
      if (SegmentName.ORDER.compare(name, here) <= 0) {
        break;
      }
      if (name.firstEntryId() < first && rewinds(directory, name)) {
        first = name.firstEntryId();
      }
    }
    return first;
  }

  /** The lowest first entry of a segment after another one. */
  public long firstIdAfter(SegmentName here) {
    return names.stream()
        .filter(name -> SegmentName.ORDER.compare(name, here) > 0)
        .mapToLong(SegmentName::firstEntryId)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private static boolean rewinds(Directory directory, SegmentName name) throws IOException {
    try {
      FileHeader header = Segment.goodHeader(directory, name);
      return header != null && header.rewinds();
    } catch (NoSuchFileException | FormatException unknown) {
      return false; // Removed, with what it made void; or told to whoever enters that segment.
    }
  }

  /**
   * The first entry of the log: what its owner keeps elsewhere is before it. The headers of
   * segments are read.
   */
  public long firstEntryId(Directory directory) throws IOException {
    for (int i = segments.size() - 1; i > 0; i--) {
      try {
        FileHeader header = Segment.goodHeader(directory, segments.get(i));
        if (header != null && header.startsCovered()) {
          return header.firstEntryId();
        }
      } catch (NoSuchFileException removedMeanwhile) {
        // By a writer that truncates. The listing is as old as that name.
      }
    }
    return segments.get(0).firstEntryId();
  }

  /**
   * The segments with their entries, all of them, in order.
   *
   * @param names their names
   * @param lastEntryId the last entry of the log
   */
  public static List<SegmentRange> ranges(List<SegmentName> names, long lastEntryId) {
    List<SegmentName> standing = standing(names);
    int stands = standing.size() - 1;
    SegmentRange[] ranges = new SegmentRange[names.size()];
    long lastId = lastEntryId;
    for (int i = names.size() - 1; i >= 0; i--) {
      SegmentName name = names.get(i);
      ranges[i] = name.holding(lastId);
      if (stands >= 0 && standing.get(stands).equals(name)) {
        lastId = name.firstEntryId() - 1;
        stands--;
      }
    }
    return List.of(ranges);
  }

  /**
   * Tells up to which entry a segment counts. The header of the next one that stands is read.
   *
   * @param index its index among those that stand
   * @param log the log that it belongs to
   * @return the last entry that no later segment makes void, or {@link FrameRun#NO_LAST_ID}
   */
  long lastIdOf(Directory directory, int index, UUID log) throws IOException {
    if (index == segments.size() - 1) {
      return FrameRun.NO_LAST_ID;
    }
    SegmentName next = segments.get(index + 1);
    FileHeader header;
    try {
      header = Segment.goodHeader(directory, next);
    } catch (FormatException unknown) {
      return FrameRun.NO_LAST_ID; // Whoever enters that segment is told.
    }
    return header != null && header.rewinds() && header.logId().equals(log)
        ? next.firstEntryId() - 1
        : FrameRun.NO_LAST_ID;
  }

  /** What no run over the segments can show, or null. */
  @Nullable Mixture mixture(Directory directory) throws IOException {
    Mixture found = isUnmixed ? null : Mixture.find(directory, names, logId);
    isUnmixed = found == null; // Who follows the log asks each time it gets to the end.
    return found;
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
