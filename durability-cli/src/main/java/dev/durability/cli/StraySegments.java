package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Segments of a log that are in its directory or below it, and not where the log looks for them:
 * someone renamed or moved them. Their headers say which segments they are.
 *
 * @param paths the files, by the names that belong to them; both are relative to the log
 */
record StraySegments(Map<String, String> paths) {
  private static final int DEPTH_MAX = 3;
  private static final int FILES_MAX = 5_000;
  private static final Set<String> NOT_LOOKED_INTO =
      Set.of("checkpoints", "quarantine", "archive", "holds");
  private static final int HEADER_BYTES = 64;
  private static final int MAGIC = 0x4c415744; // DWAL
  private static final int VERSION = 1;

  /**
   * Looks for those of which the log has no segment with that number. Looks at 5,000 files at most,
   * and three directories deep.
   *
   * @param root the directory of the log; null if that is on a store
   * @param logId the log; null if it is not known
   */
  static StraySegments of(@Nullable Path root, @Nullable UUID logId) throws IOException {
    return root == null || logId == null
        ? new StraySegments(Map.of())
        : new StraySegments(byLog(root).getOrDefault(logId, Map.of()));
  }

  /** Those of the one log that has some in a directory without a log; none if several have. */
  static StraySegments ofOneLog(Path root) throws IOException {
    Map<UUID, Map<String, String>> all = byLog(root);
    return new StraySegments(all.size() == 1 ? all.values().iterator().next() : Map.of());
  }

  private static Map<UUID, Map<String, String>> byLog(Path root) throws IOException {
    Set<Long> present = new HashSet<>();
    List<Path> others = new ArrayList<>();
    collect(root, root, 0, present, others);
    others.sort(null);
    Map<UUID, Map<String, String>> all = new HashMap<>();
    for (Path each : others) {
      Header header = Header.read(each);
      if (header != null && !present.contains(header.number())) {
        all.computeIfAbsent(header.logId(), unused -> new TreeMap<>())
            .putIfAbsent(
                WrongFile.name(header.number(), header.firstEntryId()),
                root.relativize(each).toString());
      }
    }
    return all;
  }

  /** Files that could be segments, and the numbers of those that have the names of segments. */
  private static void collect(
      Path root, Path directory, int depth, Set<Long> present, List<Path> others)
      throws IOException {
    List<Path> below = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      for (Path each : all) {
        long number = WrongFile.number(root.relativize(each).toString());
        if (number > 0) {
          present.add(number);
        } else if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
          below.add(each);
        } else if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)
            && each.toString().indexOf('\\') < 0 // No directory of a log has such names.
            && others.size() < FILES_MAX) {
          others.add(each);
        }
      }
    } catch (AccessDeniedException unreadable) {
      return; // What is in it is not known; the log itself can be read.
    }
    for (Path each : below) {
      boolean isLogs = depth == 0 && NOT_LOOKED_INTO.contains(String.valueOf(each.getFileName()));
      if (depth < DEPTH_MAX && !isLogs && others.size() < FILES_MAX) {
        collect(root, each, depth + 1, present, others);
      }
    }
  }

  private record Header(UUID logId, long number, long firstEntryId) {

    static @Nullable Header read(Path file) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      try (FileChannel channel = FileChannel.open(file)) {
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
          // Reads may be short.
        }
      } catch (AccessDeniedException | NoSuchFileException unreadable) {
        return null;
      }
      CRC32C crc = new CRC32C();
      crc.update(bytes.array(), 0, HEADER_BYTES - Integer.BYTES);
      boolean isWhole =
          !bytes.hasRemaining()
              && bytes.getInt(0) == MAGIC
              && bytes.getInt(4) == VERSION
              && bytes.getInt(HEADER_BYTES - Integer.BYTES) == (int) crc.getValue()
              && bytes.getLong(24) > 0
              && bytes.getLong(32) > 0;
      return isWhole
          ? new Header(
              new UUID(bytes.getLong(8), bytes.getLong(16)), bytes.getLong(24), bytes.getLong(32))
          : null;
    }
  }

  boolean isEmpty() {
    return paths.isEmpty();
  }

  /**
   * Looks for those that a log misses. Nothing shows that its newest one is missing; of a log that
   * opens, older ones are copies of what truncations removed.
   *
   * @param path where it is on this machine; null if it is on a store
   */
  static StraySegments missedBy(LogLook look, @Nullable Path path) throws IOException {
    StraySegments all = of(path, look.logId());
    LogReport report = look.report();
    if (report != null && report.verdict() == Verdict.CORRUPT) {
      return all;
    }
    List<LogContents.SegmentLook> segments = look.contents().segments();
    long last = segments.get(segments.size() - 1).info().segmentId();
    Map<String, String> newer = new TreeMap<>(all.paths);
    newer.keySet().removeIf(each -> WrongFile.number(each) <= last);
    return new StraySegments(newer);
  }

  /** What each of them is, as sentences. */
  List<String> sentences() {
    return paths.entrySet().stream()
        .map(
            each ->
                sentence(each.getKey(), each.getValue())
                    + ": in a copy of the directory, "
                    + command(each.getKey(), each.getValue())
                    + " puts it back")
        .toList();
  }

  private static String sentence(String name, String path) {
    return path
        + " is segment "
        + WrongFile.number(name)
        + " of this log, from entry "
        + WrongFile.firstEntry(name)
        + " on";
  }

  private static String command(String name, String path) {
    return "'mv -n " + Mending.inCopy(path) + " " + Mending.inCopy(name) + "'";
  }

  /** What puts them back in a copy of the directory. */
  List<String> commands() {
    return paths.entrySet().stream().map(each -> command(each.getKey(), each.getValue())).toList();
  }

  /** What happened, for each of them. */
  List<Explanation.Cause> causes() {
    List<Explanation.Cause> causes = new ArrayList<>();
    paths.forEach(
        (name, path) ->
            causes.add(
                new Explanation.Cause(
                    Explanation.Kind.MISPLACED_FILE,
                    "A segment of this log is not where it belongs: " + path + ".",
                    List.of("by its header, which is whole: " + sentence(name, path)))));
    return causes;
  }
}
