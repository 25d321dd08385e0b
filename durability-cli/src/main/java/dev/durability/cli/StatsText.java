package dev.durability.cli;

import dev.durability.codec.Schema;
import dev.durability.log.LogHold;
import dev.durability.log.LogReport;
import dev.durability.log.SchemaRange;
import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import dev.durability.log.Verdict;
import dev.durability.storage.LockHolding;
import dev.durability.storage.QuarantinedFile;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is in a log, for people. */
final class StatsText {
  private static final int HOURS_SHOWN = 24;
  private static final int BAR_COLUMNS = 20;

  private final StringBuilder text = new StringBuilder();

  /**
   * Tells it.
   *
   * @param misplaced segments of it that are not in their places
   */
  static byte[] of(LogLook look, StraySegments misplaced) {
    StatsText text = new StatsText();
    text.line("log", look.name());
    if (look.logId() != null) {
      text.line("log id", look.logId().toString());
    }
    text.verdict(look.report(), look.unjudged());
    text.line("entries", entriesOf(look));
    List<String> lost = lostOf(look);
    if (!lost.isEmpty()) {
      text.line("lost", String.join(", ", lost));
    }
    for (String each : misplaced.sentences()) {
      text.line("misplaced", each);
    }
    if (isDamaged(look)) {
      text.line(
          "more", "'durability explain " + ShellWord.of(look.name()) + "' says what happened");
    }
    text.line("time", times(look.contents().hours()));
    text.line("lock", lockOf(look));
    text.disk(look.outlook());
    text.line("quarantine", QuarantineCommand.summary(look.kept()));
    for (QuarantinedFile each : look.kept()) {
      text.item(each.path() + "  " + amount(each.bytes()) + ", " + reason(each));
    }
    text.segments(look);
    text.checkpoints(look.checkpoints());
    text.holds(look.holds());
    text.schemas(look.schemas());
    text.hours(look.contents().hours().all());
    text.sizes(look.contents().sizes());
    return text.bytes();
  }

  private static boolean isDamaged(LogLook look) {
    LogReport report = look.report();
    return look.isDamagedAndOpens() || (report != null && report.verdict() != Verdict.CLEAN);
  }

  private void verdict(@Nullable LogReport report, String unjudged) {
    line("verdict", report == null ? "none: " + unjudged : report.verdict().name());
    if (report != null && report.reason() != null) {
      line("reason", report.reason());
    }
    if (report != null && report.verdict() == Verdict.CORRUPT) {
      line("place", report.end().file() + " at offset " + report.end().offset());
    }
    if (report != null && report.cut() != null) {
      line("cut", report.cut().file() + " at offset " + report.cut().offset());
    }
  }

  /** The number of entries, and the space that they take. */
  void entries(long first, SizeClasses sizes) {
    line("entries", entriesOf(first, sizes));
  }

  static String entriesOf(long first, SizeClasses sizes) {
    return sizes.entries() + "  (from " + first + " on), " + amount(sizes.bytes()) + " of payload";
  }

  /** Those that are intact. Behind damage there are more than those that are counted by size. */
  static String entriesOf(LogLook look) {
    SizeClasses counted = look.contents().sizes();
    SalvageLook found = look.found();
    if (found == null) {
      return entriesOf(look.firstEntryId(), counted);
    }
    String intact = found.entries() + "  (intact), " + amount(found.payloadBytes()) + " of payload";
    return found.entries() == counted.entries()
        ? intact
        : intact
            + "; the tables below have "
            + counted.entries()
            + ": in each segment those before damage";
  }

  /** What is lost, by ids. */
  static List<String> lostOf(LogLook look) {
    SalvageLook found = look.found();
    return found == null
        ? List.of()
        : found.lost().stream()
            .map(gap -> Explanation.entries(gap.firstEntryId(), gap.lastEntryId()))
            .toList();
  }

  static String times(EntryHours hours) {
    return hours.last().isBefore(hours.first())
        ? "none"
        : time(hours.first()) + " to " + time(hours.last());
  }

  static String lockOf(LogLook look) {
    return look.isLocal() ? lock(look.holder()) : "not known: the log is on a store";
  }

  private static String lock(@Nullable LockHolding holder) {
    if (holder == null) {
      return "free: no program has the log open to write";
    }
    String who =
        "process "
            + holder.process()
            + (holder.program().isEmpty() ? "" : " (" + holder.program() + ")")
            + (holder.host().isEmpty() ? "" : " on host " + holder.host())
            + (holder.since() == null ? "" : ", since " + time(holder.since()));
    return switch (holder.state()) {
      case RUNNING -> "held by " + who;
      case ENDED -> "free: it was held by " + who + ", which has ended without giving it up";
      case UNKNOWN -> "noted by " + who + ": this machine cannot tell whether that runs";
    };
  }

  void disk(@Nullable DiskOutlook outlook) {
    if (outlook == null) {
      return;
    }
    line("disk", diskOf(outlook));
    line("full", fullOf(outlook));
  }

  static String diskOf(DiskOutlook outlook) {
    return amount(outlook.freeBytes()) + " of " + amount(outlook.totalBytes()) + " are free";
  }

  static String fullOf(DiskOutlook outlook) {
    String rate = outlook.bytesPerHour() < 0 ? "" : amount(outlook.bytesPerHour()) + " per hour";
    Instant full = outlook.full();
    return full == null
        ? outlook.reason() + (rate.isEmpty() ? "" : " (" + rate + ")")
        : time(full) + " at " + rate + ", if nothing is truncated";
  }

  private static String reason(QuarantinedFile file) {
    Quarantined cut = Quarantined.of(file);
    return "cut off " + cut.file() + " at offset " + cut.offset() + " by an opening";
  }

  private void segments(LogLook look) {
    List<LogContents.SegmentLook> all = look.contents().segments();
    heading("segments", all.size());
    for (int i = 0; i < all.size(); i++) {
      SegmentInfo info = all.get(i).info();
      SegmentEnd end = all.get(i).end();
      item(
          info.segmentId()
              + "  "
              + rangeOf(all.get(i))
              + ", "
              + amount(info.bytes())
              + clocks(info, end));
      for (String note : SegmentNotes.of(look, all.get(i))) {
        note(note);
      }
    }
  }

  static String rangeOf(LogContents.SegmentLook segment) {
    SegmentInfo info = segment.info();
    SegmentEnd end = segment.end();
    if (end == null) {
      return "from entry " + info.firstEntryId();
    }
    return end.lastEntryId() < info.firstEntryId()
        ? "no entry, the next is " + info.firstEntryId()
        : "entries " + info.firstEntryId() + " to " + end.lastEntryId();
  }

  private static String clocks(SegmentInfo info, @Nullable SegmentEnd end) {
    Instant created = info.created();
    if (created == null) {
      return "";
    }
    return ", " + time(created) + (end == null ? "" : " to " + time(end.lastClock()));
  }

  private void checkpoints(List<CheckpointLook> all) {
    heading("checkpoints", all.size());
    for (CheckpointLook each : all) {
      item(
          "up to entry "
              + each.lastEntryId()
              + ", "
              + switch (each.state()) {
                case WHOLE -> amount(each.bytes()) + ", whole, " + each.path();
                case ELSEWHERE -> "kept elsewhere";
                case MISSING ->
                    (isNewerWhole(all, each) ? "removed or lost, and not needed, " : "missing, ")
                        + each.path();
                case DAMAGED -> "damaged, " + each.reason();
                case UNREADABLE -> "not usable, " + each.path() + ": " + each.reason();
              });
    }
  }

  /** Publishing a checkpoint removes older ones. */
  private static boolean isNewerWhole(List<CheckpointLook> all, CheckpointLook missing) {
    return all.stream()
        .anyMatch(
            each ->
                each.state() == CheckpointLook.State.WHOLE
                    && each.lastEntryId() > missing.lastEntryId());
  }

  private void holds(List<HoldLook> all) {
    if (all.isEmpty()) {
      return;
    }
    heading("holds", all.size());
    for (HoldLook each : all) {
      LogHold hold = each.hold();
      item(
          hold.holder()
              + "  "
              + switch (each.state()) {
                case IN_FORCE ->
                    "keeps entries from " + hold.fromEntryId() + " on, until " + time(hold.until());
                case EXPIRED -> "expired on " + time(hold.until());
                case DAMAGED -> "keeps everything: " + hold.problem();
              });
    }
  }

  private void schemas(List<SchemaRange> all) {
    heading("schemas", all.size());
    for (SchemaRange each : all) {
      Optional<Schema> schema = each.schema();
      item(
          "from entry "
              + each.firstEntryId()
              + ": "
              + schema
                  .map(s -> s.mediaType() + ", " + amount(s.descriptor().remaining()))
                  .orElse("none"));
    }
  }

  private void hours(List<EntryHours.Hour> all) {
    if (all.isEmpty()) {
      return;
    }
    List<EntryHours.Hour> shown = all.subList(Math.max(0, all.size() - HOURS_SHOWN), all.size());
    text.append(String.format(Locale.ROOT, "%nentries per hour, UTC%n"));
    for (EntryHours.Hour each : shown) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %s  %12d  %10s%n",
              each.begin().toString().replace(":00:00Z", "h"),
              each.entries(),
              amount(each.payloadBytes())));
    }
    if (shown.size() < all.size()) {
      item("(" + (all.size() - shown.size()) + " hours before: --json)");
    }
  }

  /** A histogram. */
  void sizes(SizeClasses sizes) {
    List<SizeClasses.SizeClass> used = sizes.used();
    if (used.isEmpty()) {
      return;
    }
    text.append(String.format(Locale.ROOT, "%nsizes of entries in bytes%n"));
    long most = used.stream().mapToLong(SizeClasses.SizeClass::entries).max().orElse(1);
    for (SizeClasses.SizeClass each : used) {
      int bar = (int) Math.ceil((double) each.entries() / most * BAR_COLUMNS);
      text.append(
          String.format(
                  Locale.ROOT,
                  "  %9d and more  %12d  %s%n",
                  each.from(),
                  each.entries(),
                  "#".repeat(bar))
              .replaceAll(" +(?=\\R)", ""));
    }
  }

  void heading(String name, int count) {
    text.append(String.format(Locale.ROOT, "%n%s: %d%n", name, count));
  }

  private void note(String value) {
    text.append("       ").append(printable(value)).append(System.lineSeparator());
  }

  void item(String value) {
    text.append("  ").append(printable(value)).append(System.lineSeparator());
  }

  void line(String name, String value) {
    text.append(String.format(Locale.ROOT, "%-12s%s%n", name, printable(value)));
  }

  byte[] bytes() {
    return text.toString().getBytes(Charset.defaultCharset());
  }

  /** Names come from whoever wrote the directory: they may not control the terminal. */
  private static String printable(String value) {
    return Failures.inOneLine(value);
  }

  /** To the second: more would fill the line. */
  static String time(Instant time) {
    return Objects.requireNonNull(time).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** An amount with the unit that gives it one to four digits. */
  static String amount(long bytes) {
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0
        ? bytes == 1 ? "1 byte" : bytes + " bytes"
        : String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }
}
