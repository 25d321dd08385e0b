package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.SegmentInfo;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Segments of a log that are not under their own names: someone renamed or moved them. */
final class MovedSegments {
  private static final String SEGMENTS = "wal";

  private MovedSegments() {}

  /**
   * Looks for them in a log that opening refuses.
   *
   * @param path where the log is on this machine; null if it is on a store
   * @return null if there are none
   */
  static Mending.@Nullable Stage in(Directory log, LogLook look, @Nullable Path path)
      throws IOException {
    LogReport report = look.report();
    UUID logId = look.logId();
    if (report == null || report.verdict() != Verdict.CORRUPT || logId == null) {
      return null;
    }
    StraySegments strays = StraySegments.of(path, logId);
    Map<String, String> renamed = renamed(log, look);
    renamed.keySet().removeAll(strays.paths().keySet()); // Then it is a second copy.
    return strays.isEmpty() && renamed.isEmpty() ? null : stage(log, strays, renamed);
  }

  /**
   * Looks for them if none is where the log looks for it.
   *
   * @return null if there are none, or those of several logs
   */
  static Mending.@Nullable Stage ofAllMoved(Directory log, Path path) throws IOException {
    StraySegments strays = StraySegments.ofOneLog(path);
    return strays.isEmpty() ? null : stage(log, strays, Map.of());
  }

  private static Mending.Stage stage(
      Directory log, StraySegments strays, Map<String, String> renamed) throws IOException {
    Map<String, String> moved = new HashMap<>(strays.paths());
    moved.putAll(renamed);
    List<Explanation.Cause> causes = new ArrayList<>(strays.causes());
    renamed.forEach(
        (named, file) ->
            causes.add(
                new Explanation.Cause(
                    Explanation.Kind.WRONG_NAME,
                    "A file has the name of another segment: " + file + ".",
                    List.of("by its header, which is whole, it is " + named))));
    List<String> commands = new ArrayList<>();
    if (!log.exists(SEGMENTS)) {
      commands.add("'mkdir " + Mending.inCopy(SEGMENTS) + "'");
    }
    commands.addAll(strays.commands());
    commands.addAll(commands(renamed));
    String step =
        "Find out who renamed or moved files. In the copy, one after the other: "
            + String.join(" ", commands);
    return new Mending.Stage(causes, List.of(step), List.of(), MendedFiles.moved(log, moved));
  }

  /** A file may have the name of another one that is renamed, too. */
  private static List<String> commands(Map<String, String> renamed) {
    List<String> commands = new ArrayList<>();
    for (Map.Entry<String, String> each : renamed.entrySet()) {
      boolean isTaken = renamed.containsValue(each.getKey());
      commands.add(move(each.getValue(), each.getKey() + (isTaken ? ".right" : "")));
    }
    for (String each : renamed.keySet()) {
      if (renamed.containsValue(each)) {
        commands.add(move(each + ".right", each));
      }
    }
    return commands;
  }

  private static String move(String from, String to) {
    return "'mv -n " + Mending.inCopy(from) + " " + Mending.inCopy(to) + "'";
  }

  /** The names that segments have, by those of their headers, where these are to be had. */
  private static Map<String, String> renamed(Directory log, LogLook look) throws IOException {
    Map<String, String> renamed = new TreeMap<>();
    for (LogContents.SegmentLook each : look.contents().segments()) {
      String file = each.info().file();
      if (each.info().state() == SegmentInfo.State.DAMAGED && WrongFile.isOfThisLog(log, file)) {
        String named = DamagedBytes.nameInHeader(log, file);
        if (!named.isEmpty() && !named.equals(file)) {
          renamed.putIfAbsent(named, file);
        }
      }
    }
    Set<String> renamedFiles = Set.copyOf(renamed.values());
    for (LogContents.SegmentLook each : look.contents().segments()) {
      String file = each.info().file();
      if (!renamedFiles.contains(file)) {
        renamed.remove(file); // The name is that of another file, which is in its place.
      }
    }
    return renamed;
  }
}
