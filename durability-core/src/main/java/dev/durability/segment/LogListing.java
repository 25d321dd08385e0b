package dev.durability.segment;

import dev.durability.frame.FileHeader;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a log at one moment, and where recovery starts in them.
 *
 * @param segments the segments, in order, without the empty first list: a log has at least one
 * @param logId the log, or null where no header can be read
 * @param covered C, the last entry of the newest valid checkpoint, 0 if there is none
 */
public record LogListing(List<SegmentName> segments, @Nullable UUID logId, long covered) {

  /**
   * Lists the segments that there are.
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

  /** Lists what recovery needs: the newest checkpoint is read, to see whether it is valid. */
  public static LogListing of(Directory directory, List<SegmentName> segments) throws IOException {
    return covering(directory, segments, 0);
  }

  /**
   * Lists what reading from a segment on needs. Checkpoints that cover less than what is before it,
   * and older segments, are not opened: they cannot change the verdict. {@link #covered} is then
   * the last entry before the segment, or more.
   *
   * @param start its index, or -1 for all segments
   */
  static LogListing from(Directory directory, List<SegmentName> segments, int start)
      throws IOException {
    return covering(directory, segments, start < 0 ? 0 : segments.get(start).firstEntryId() - 1);
  }

  private static LogListing covering(Directory directory, List<SegmentName> segments, long known)
      throws IOException {
    UUID logId = logId(directory, segments);
    long covered = logId == null ? 0 : Coverage.find(directory, segments, logId, known);
    return new LogListing(segments, logId, covered);
  }

  /** The log that the newest whole header names, or null. */
  public static @Nullable UUID logId(Directory directory, List<SegmentName> segments)
      throws IOException {
    for (int i = segments.size() - 1; i >= 0; i--) {
      try (ReadFile file = directory.open(segments.get(i).path())) {
        FileHeader header = Coverage.readHeader(file, segments.get(i));
        if (header != null) {
          return header.logId();
        }
      } catch (NoSuchFileException removedMeanwhile) {
        // By a writer that truncates: the segments above it are there.
      }
    }
    return null;
  }

  /** The index of the last segment that starts at or before an entry, or -1. */
  public int indexOf(long entryId) {
    return indexOf(entryId, SegmentName.HIGHEST);
  }

  /** The same, among the segments up to one. */
  public int indexOf(long entryId, SegmentName last) {
    int index = segments.size() - 1;
    while (index >= 0
        && (segments.get(index).firstEntryId() > entryId
            || SegmentName.ORDER.compare(segments.get(index), last) > 0)) {
      index--;
    }
    return index;
  }
}
