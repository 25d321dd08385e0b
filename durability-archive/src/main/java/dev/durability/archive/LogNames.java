package dev.durability.archive;

import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of a log's files, as docs/format.md has them. */
final class LogNames {
  static final String SEGMENTS = "wal";
  static final String CHECKPOINTS = "checkpoints";
  private static final Pattern SEGMENT = Pattern.compile("([0-9]{20})-([0-9]{20})\\.wal");
  private static final Pattern CHECKPOINT = Pattern.compile("[0-9]{20}\\.ckpt");

  private LogNames() {}

  static String segment(long number, long firstEntryId) {
    return String.format(Locale.ROOT, "%s/%020d-%020d.wal", SEGMENTS, number, firstEntryId);
  }

  /** The paths of the segments by their numbers; none if there is no log. */
  static NavigableMap<Long, String> segments(Directory directory) throws IOException {
    NavigableMap<Long, String> found = new TreeMap<>();
    for (String name : names(directory, SEGMENTS)) {
      Matcher matcher = SEGMENT.matcher(name);
      if (matcher.matches() && isNumber(matcher.group(1)) && isNumber(matcher.group(2))) {
        found.put(Long.parseLong(matcher.group(1)), SEGMENTS + "/" + name);
      }
    }
    return found;
  }

  private static boolean isNumber(String digits) {
    return digits.compareTo("0" + Long.MAX_VALUE) <= 0 && !digits.matches("0*");
  }

  /** The paths of the checkpoints under default names. */
  static List<String> checkpoints(Directory directory) throws IOException {
    return names(directory, CHECKPOINTS).stream()
        .filter(name -> CHECKPOINT.matcher(name).matches())
        .map(name -> CHECKPOINTS + "/" + name)
        .toList();
  }

  private static List<String> names(Directory directory, String parent) throws IOException {
    try {
      return directory.list(parent);
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }
}
