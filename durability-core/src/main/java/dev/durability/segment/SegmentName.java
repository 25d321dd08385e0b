package dev.durability.segment;

import dev.durability.errors.DurabilityException;
import dev.durability.log.SegmentRange;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the name of a segment says.
 *
 * @param segmentId the number of the segment
 * @param firstEntryId the id of its first entry
 */
public record SegmentName(long segmentId, long firstEntryId) {
  /** By their numbers. */
  public static final Comparator<SegmentName> ORDER =
      Comparator.comparingLong(SegmentName::segmentId).thenComparingLong(SegmentName::firstEntryId);

  /** The last number that a writer gives to a segment: 2^63-2. */
  public static final long ID_MAX = Long.MAX_VALUE - 1;

  /** Sorts after any other. */
  static final SegmentName HIGHEST = new SegmentName(Long.MAX_VALUE, Long.MAX_VALUE);

  private static final Pattern FORM = Pattern.compile("([0-9]{20})-([0-9]{20})\\.wal");

  /** Reads the name of a file in {@link LogFiles#SEGMENTS}; null if it is none of a segment. */
  public static @Nullable SegmentName parse(String name) {
    Matcher matcher = FORM.matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    try {
      long segmentId = Long.parseLong(matcher.group(1));
      long firstEntryId = Long.parseLong(matcher.group(2));
      // Both start at 1.
      return segmentId > 0 && firstEntryId > 0 ? new SegmentName(segmentId, firstEntryId) : null;
    } catch (NumberFormatException tooLarge) {
      return null; // Above 2^63-1: no writer gives such a name.
    }
  }

  /** The error if a segment is wanted after the one with the last number. */
  public static DurabilityException noneFollows() {
    return new DurabilityException(
        "the log has used up its segment numbers, which end at 2^63-2: it can be read, and nothing"
            + " can be appended. Start a new log in another directory");
  }

  /** The segment with its entries, up to a last one. */
  public SegmentRange holding(long lastEntryId) {
    return new SegmentRange(segmentId, firstEntryId, lastEntryId, path());
  }

  /** The path of the segment, relative to the log's directory. */
  public String path() {
    return LogFiles.SEGMENTS + "/" + digits(segmentId) + "-" + digits(firstEntryId) + ".wal";
  }

  /** A number with as many zeros before it as make 20 digits. A format is parsed each time. */
  static String digits(long number) {
    String digits = Long.toString(number);
    return "0".repeat(20 - digits.length()) + digits;
  }
}
