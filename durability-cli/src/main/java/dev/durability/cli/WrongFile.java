package dev.durability.cli;

import dev.durability.log.CheckpointReference;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which file of a log is to be put back: it may be another one than that at which reading ends. */
final class WrongFile {
  private static final String SEGMENTS = "wal";
  private static final Pattern SEGMENT = Pattern.compile("(?:wal/)?(\\d{20})-(\\d{20})\\.wal");

  private WrongFile() {}

  /** Tells it, as a part of a sentence; empty if the log is not CORRUPT. */
  static String toRestore(Directory log, LogReport report) throws IOException {
    if (report.verdict() != Verdict.CORRUPT) {
      return "";
    }
    String file = report.end().file();
    long number = number(file);
    if (number == 0) {
      return "restore " + file + " from a backup";
    }
    String named = DamagedBytes.nameInHeader(log, file);
    if (!named.isEmpty() && !named.equals(file)) {
      boolean isTaken = log.exists(named);
      boolean isSwapped = isTaken && DamagedBytes.nameInHeader(log, named).equals(file);
      return isSwapped
          ? "exchange the names of " + file + " and " + named
          : isTaken || !isOfThisLog(log, file)
              ? "move "
                  + file
                  + " out of the directory, and restore the log's own file of that name from a"
                  + " backup: by its header it is "
                  + named
                  + (isTaken ? ", which is there" : " of another log")
              : "give " + file + " the name that its header says, " + named;
    }
    List<Long> numbers =
        log.list(SEGMENTS).stream()
            .map(WrongFile::number)
            .filter(each -> each > 0)
            .sorted()
            .toList();
    long first = numbers.get(0);
    if (firstEntry(log, first) > report.covered() + 1 && first > 1) {
      return "restore the segments up to "
          + (first - 1)
          + " that are missing, or "
          + checkpoint(log, firstEntry(log, first) - 1)
          + ", from a backup";
    }
    long before =
        numbers.stream()
            .filter(each -> each < number)
            .mapToLong(Long::longValue)
            .max()
            .orElse(number - 1);
    return before + 1 < number
        ? missing(before + 1, number - 1, report.intact() + 1)
        : "restore " + file + " from a backup";
  }

  /** One that contains what is missing, if it is there it is damaged. */
  private static String checkpoint(Directory log, long lastEntryId) throws IOException {
    for (CheckpointReference each : WalMaintenance.checkpoints(log)) {
      if (each.lastEntryId() >= lastEntryId && !each.path().isEmpty() && log.exists(each.path())) {
        return each.path() + ", which cannot be used";
      }
    }
    return "a checkpoint that contains their entries";
  }

  /** Whether its header names the same log as that of a segment which is under its own name. */
  static boolean isOfThisLog(Directory log, String file) throws IOException {
    for (String name : log.list(SEGMENTS)) {
      String other = SEGMENTS + "/" + name;
      if (number(name) > 0 && DamagedBytes.nameInHeader(log, other).equals(other)) {
        return DamagedBytes.logIdInHeader(log, other).equals(DamagedBytes.logIdInHeader(log, file));
      }
    }
    return true;
  }

  private static String missing(long first, long last, long firstEntryId) {
    return first == last
        ? "restore " + name(first, firstEntryId) + ", which is missing, from a backup"
        : "restore the files of segments "
            + first
            + " to "
            + last
            + ", which are missing, from a backup";
  }

  /** The file that a segment has. */
  static String name(long number, long firstEntryId) {
    return String.format(Locale.ROOT, "wal/%020d-%020d.wal", number, firstEntryId);
  }

  /** The first entry of a file, by its name; 0 if it is no segment. */
  static long firstEntry(String file) {
    Matcher name = SEGMENT.matcher(file);
    return name.matches() ? Long.parseLong(name.group(2)) : 0;
  }

  /** How many segments have no entry after one. */
  static long segmentsUpTo(Directory log, long entryId) throws IOException {
    long begun =
        log.list(SEGMENTS).stream()
            .mapToLong(WrongFile::firstEntry)
            .filter(each -> each > 0 && each <= entryId + 1)
            .count();
    return Math.max(0, begun - 1);
  }

  private static long firstEntry(Directory log, long number) throws IOException {
    return log.list(SEGMENTS).stream()
        .filter(each -> number(each) == number)
        .mapToLong(WrongFile::firstEntry)
        .findFirst()
        .orElse(0);
  }

  /** The number of a segment, by the name of its file; 0 if it is none. */
  static long number(String file) {
    Matcher name = SEGMENT.matcher(file);
    return name.matches() ? Long.parseLong(name.group(1)) : 0;
  }
}
