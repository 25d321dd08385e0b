package dev.durability.rust;

import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a segment. The crate takes any name whose middle parses as a number: with zeros or a
 * plus sign in front, too. It writes neither.
 */
record SegmentFile(long segmentId, String path) {
  private static final Pattern NAME = Pattern.compile("wal_\\+?0*([0-9]{1,20})\\.log");

  static String pathOf(long segmentId) {
    return CrateLog.DIRECTORY + "/wal_" + Long.toUnsignedString(segmentId) + ".log";
  }

  static Optional<SegmentFile> of(String name) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new SegmentFile(Long.parseUnsignedLong(parts.group(1)), CrateLog.DIRECTORY + "/" + name));
    } catch (NumberFormatException above64Bits) {
      return Optional.empty(); // For the crate, too, this is no segment.
    }
  }

  /** Lists the segments in the order of their numbers; none if there is no directory. */
  static List<SegmentFile> list(Directory directory) throws IOException {
    List<String> names;
    try {
      names = directory.list(CrateLog.DIRECTORY);
    } catch (NoSuchFileException none) {
      return List.of();
    }
    List<SegmentFile> found = new ArrayList<>();
    for (String name : names) {
      of(name).ifPresent(found::add);
    }
    found.sort(
        Comparator.comparing(SegmentFile::segmentId, Long::compareUnsigned)
            .thenComparing(SegmentFile::path));
    return found;
  }

  /** Refuses segment 0, one that is there twice, and a gap between two. */
  static void refuseGaps(List<SegmentFile> segments) throws IOException {
    for (int i = 0; i < segments.size(); i++) {
      SegmentFile segment = segments.get(i);
      String id = Long.toUnsignedString(segment.segmentId);
      if (segment.segmentId == 0) {
        throw Damage.format(segment.path, 0, "WAL segment id 0");
      }
      if (i == 0) {
        continue;
      }
      SegmentFile before = segments.get(i - 1);
      if (before.segmentId == segment.segmentId) {
        throw Damage.format(
            segment.path,
            0,
            "duplicate WAL segment id " + id + ", which is " + before.path + " too");
      } else if (before.segmentId + 1 != segment.segmentId) {
        throw Damage.format(
            segment.path,
            0,
            "WAL segment gap: " + id + " after " + Long.toUnsignedString(before.segmentId));
      }
    }
  }
}
