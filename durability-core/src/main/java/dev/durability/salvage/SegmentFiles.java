package dev.durability.salvage;

import dev.durability.errors.FormatException;
import dev.durability.frame.FileHeader;
import dev.durability.segment.LogListing;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a log as far as its files tell, whatever is wrong with some of them.
 *
 * @param logId the log; null if no header is whole
 * @param standing the segments that count, in order
 * @param leftOut files that do not, and why
 */
record SegmentFiles(
    @Nullable UUID logId, List<SegmentFile> standing, Map<String, LeftOutFile> leftOut) {
  /** Two that exchanged their names weigh more than one that has its own. */
  private static final int WEIGHT_UNDER_ITS_NAME = 3;

  private static final int WEIGHT_UNDER_ANOTHER_NAME = 2;

  /**
   * Lists them.
   *
   * @throws FormatException if a log of another program is there, or all files are of another
   *     version
   */
  static SegmentFiles of(Directory directory, List<SegmentName> names) throws IOException {
    List<SegmentFile> all = new ArrayList<>();
    for (SegmentName name : names) {
      all.add(SegmentFile.read(directory, name));
    }
    if (!all.isEmpty() && all.stream().allMatch(SegmentFile::isOther)) {
      throw new FormatException(all.get(0).problem());
    }
    UUID logId = mostNamed(all);
    Map<String, LeftOutFile> leftOut = new TreeMap<>();
    List<SegmentFile> own = new ArrayList<>();
    for (SegmentFile file : all) {
      own.add(ofLog(file, logId, leftOut));
    }
    List<SegmentFile> segments = withoutIntruders(oneOfEach(own, leftOut), leftOut);
    return new SegmentFiles(logId, fromTheBeginning(standing(segments)), leftOut);
  }

  /**
   * The log that most headers name. One that is under its own name counts for more than one that is
   * not: that may have been copied over another. Of two, the one with the higher number.
   */
  private static @Nullable UUID mostNamed(List<SegmentFile> all) {
    Map<UUID, Integer> counts = new HashMap<>();
    UUID most = null;
    for (SegmentFile file : all) {
      FileHeader header = file.header();
      if (header != null) {
        int weight = file.isUnderItsName() ? WEIGHT_UNDER_ITS_NAME : WEIGHT_UNDER_ANOTHER_NAME;
        int count = counts.merge(header.logId(), weight, Integer::sum);
        most = most == null || count >= counts.getOrDefault(most, 0) ? header.logId() : most;
      }
    }
    return most;
  }

  private static SegmentFile ofLog(
      SegmentFile file, @Nullable UUID logId, Map<String, LeftOutFile> leftOut) {
    FileHeader header = file.header();
    if (header == null || header.logId().equals(logId)) {
      if (file.isOther()) {
        leave(leftOut, file, LeftOutFile.Kind.OTHER_VERSION, file.problem());
      }
      return file;
    }
    String why = "it belongs to the log " + header.logId() + ", and this log is " + logId;
    leave(leftOut, file, LeftOutFile.Kind.OTHER_LOG, why);
    return file.withoutHeader(why);
  }

  /** Of files that are the same segment, the one whose header and name say so. */
  private static List<SegmentFile> oneOfEach(
      List<SegmentFile> all, Map<String, LeftOutFile> leftOut) {
    Map<SegmentName, SegmentFile> chosen = new TreeMap<>(SegmentName.ORDER);
    List<SegmentFile> bestFirst = new ArrayList<>(all);
    bestFirst.sort(
        Comparator.comparing((SegmentFile file) -> file.header() == null)
            .thenComparing(file -> !file.isUnderItsName())
            .thenComparing(SegmentFile::path));
    for (SegmentFile file : bestFirst) {
      SegmentFile other = chosen.putIfAbsent(file.name(), file);
      if (other != null) {
        leave(
            leftOut,
            file,
            LeftOutFile.Kind.SECOND,
            (file.header() == null ? file.problem() + ", and " : "it is the same segment as ")
                + other.path()
                + (file.header() == null ? " is this segment" : ", which was taken"));
      }
    }
    return new ArrayList<>(chosen.values());
  }

  /**
   * A file that is in its place by its name alone counts if no other has its number; one of another
   * log or version only between others.
   */
  private static List<SegmentFile> withoutIntruders(
      List<SegmentFile> segments, Map<String, LeftOutFile> leftOut) {
    Set<Long> numbers = new HashSet<>();
    long highest = 0;
    for (SegmentFile file : segments) {
      if (file.header() != null) {
        numbers.add(file.name().segmentId());
        highest = file.name().segmentId();
      }
    }
    List<SegmentFile> kept = new ArrayList<>();
    for (SegmentFile file : segments) {
      long number = file.name().segmentId();
      if (file.header() != null
          || (!numbers.contains(number) && (!file.isOther() || number < highest))) {
        kept.add(file);
      } else {
        leave(
            leftOut,
            file,
            LeftOutFile.Kind.SECOND,
            file.problem() + "; another segment has the same number");
      }
    }
    return kept;
  }

  /** The first reason is told. */
  private static void leave(
      Map<String, LeftOutFile> leftOut, SegmentFile file, LeftOutFile.Kind kind, String reason) {
    leftOut.putIfAbsent(file.path(), new LeftOutFile(file.path(), kind, reason));
  }

  private static List<SegmentFile> standing(List<SegmentFile> segments) {
    List<SegmentName> names = segments.stream().map(SegmentFile::name).toList();
    Set<SegmentName> standing = new HashSet<>(LogListing.standing(names));
    return segments.stream().filter(file -> standing.contains(file.name())).toList();
  }

  /** What is before a new beginning is not part of the log any more. */
  private static List<SegmentFile> fromTheBeginning(List<SegmentFile> standing) {
    int begin = 0;
    for (int i = 0; i < standing.size(); i++) {
      FileHeader header = standing.get(i).header();
      begin = header != null && header.startsCovered() ? i : begin;
    }
    return standing.subList(begin, standing.size());
  }
}
