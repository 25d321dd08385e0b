package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.SegmentInfo;
import dev.durability.log.Verdict;
import dev.durability.salvage.EndRemains;
import dev.durability.salvage.LeftOutFile;
import dev.durability.salvage.MissingEntries;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.LockHolding;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts into sentences what a log that opening refuses says of itself. Reads nothing. */
final class LogExplanation {
  private static final int RANGES_MAX = 5;

  private LogExplanation() {}

  /** A log that opening refuses. */
  static Explanation corrupt(
      LogLook look, LogReport report, List<Explanation.Cause> causes, SalvageLook found) {
    return new Explanation(
        look.name(),
        Explanation.State.CORRUPT,
        causes,
        "It refuses, and changes nothing.",
        toDo(look, causes, found),
        loss(found) + badCheckpoints(look, found),
        notes(look, report),
        ExitStatus.CORRUPT);
  }

  private static List<String> toDo(
      LogLook look, List<Explanation.Cause> causes, SalvageLook found) {
    List<String> steps = new ArrayList<>();
    steps.add(Explanation.copyFirst(look));
    steps.addAll(afterCopying(look.name(), causes, found));
    return steps;
  }

  /** What to do then. */
  static List<String> afterCopying(String name, List<Explanation.Cause> causes, SalvageLook found) {
    Set<Explanation.Kind> kinds = EnumSet.noneOf(Explanation.Kind.class);
    causes.forEach(cause -> kinds.add(cause.kind()));
    List<String> steps = new ArrayList<>();
    if (kinds.contains(Explanation.Kind.FOREIGN_FILE)
        || kinds.contains(Explanation.Kind.SECOND_FILE)) {
      steps.add(
          found.lost().isEmpty() && doubts(found).isEmpty()
              ? "Move the file that does not belong there out of the directory, and run 'durability"
                  + " explain' again: it may be all that is wrong."
              : "Move the file that does not belong there out of the directory, and put the log's"
                  + " own file in its place, from a backup.");
    }
    if (kinds.contains(Explanation.Kind.TWO_WRITERS)) {
      steps.add(
          "Find out where the files come from. Keep those of one writer; nothing can put both"
              + " together.");
    }
    if (kinds.contains(Explanation.Kind.OTHER_VERSION)) {
      steps.add("Look whether the newest version of the program reads all files.");
    }
    if (kinds.contains(Explanation.Kind.DAMAGED_HEADER)
        || kinds.contains(Explanation.Kind.DAMAGED_CHECKPOINT)
        || kinds.contains(Explanation.Kind.DAMAGED_BYTES)) {
      steps.add("Check the disk: a damaged sector seldom comes alone.");
    }
    String salvage = "'durability salvage " + ShellWord.of(name) + " --to NEW' takes out ";
    if (isAllIntact(found)) {
      steps.add(salvage + "all entries: " + intact(found) + ". Go on with what it makes.");
      steps.add("Or put the files back from a backup.");
      return steps;
    }
    steps.add(
        "Put the files back from a backup, or bring the log back with 'durability restore' from an"
            + " archive.");
    if (!found.stretches().isEmpty()) {
      steps.add("Without a backup: " + salvage + "what is intact: " + intact(found) + ".");
    }
    return steps;
  }

  /** Whether the damage is where no entry was. */
  private static boolean isAllIntact(SalvageLook found) {
    return found.stretches().size() == 1
        && found.entries() > 0
        && found.stretches().get(0).doubt() == null
        && found.leftOut().isEmpty()
        && found.missing().stream().allMatch(gap -> gap.after() == null && isCovered(gap));
  }

  private static boolean isCovered(MissingEntries gap) {
    return gap.kind() == MissingEntries.Kind.COVERED;
  }

  private static String intact(SalvageLook found) {
    List<SalvagedStretch> stretches = found.stretches();
    String ranges =
        stretches.stream()
            .limit(RANGES_MAX)
            .map(
                each ->
                    each.entries() == 0
                        ? "the checkpoint of entry " + each.checkpoints().get(0)
                        : Explanation.entries(each.firstEntryId(), each.lastEntryId()))
            .collect(Collectors.joining(", "));
    return ranges + more(stretches.size(), found);
  }

  private static String more(int count, SalvageLook found) {
    return found.hasMore()
        ? ", and more, which 'durability salvage' lists"
        : count > RANGES_MAX
            ? ", and "
                + (count - RANGES_MAX)
                + (count - RANGES_MAX == 1 ? " more range" : " more ranges")
                + ", which 'durability salvage' lists"
            : "";
  }

  /** Which entries these are, in words; empty if there are none. */
  static String ranges(List<MissingEntries> gaps, SalvageLook found) {
    return gaps.isEmpty()
        ? ""
        : gaps.stream()
                .limit(RANGES_MAX)
                .map(gap -> Explanation.entries(gap.firstEntryId(), gap.lastEntryId()))
                .collect(Collectors.joining(", "))
            + more(gaps.size(), found)
            + total(gaps, found);
  }

  /** How many there are in all ranges; empty if there is one range, or the end is not known. */
  private static String total(List<MissingEntries> lost, SalvageLook found) {
    boolean isKnown = !found.hasMore() && lost.stream().noneMatch(SalvageOutput::isOfUnknownLength);
    long total = lost.stream().mapToLong(gap -> gap.lastEntryId() - gap.firstEntryId() + 1).sum();
    return lost.size() > 1 && isKnown ? " (" + total + " in all)" : "";
  }

  private static String loss(SalvageLook found) {
    List<MissingEntries> lost = found.lost();
    String doubts = doubts(found);
    String others = "that the files of the log promise are intact, or in a checkpoint.";
    if (lost.isEmpty()) {
      return doubts.isEmpty()
          ? "Nothing that is known: all entries " + others
          : "Without a backup: " + doubts + " All entries " + others;
    }
    return "Without a backup: "
        + ranges(lost, found)
        + "."
        + (doubts.isEmpty() ? "" : " Also: " + doubts)
        + " All others "
        + others;
  }

  /** What it means that a checkpoint cannot be used. */
  private static String badCheckpoints(LogLook look, SalvageLook found) {
    boolean isAnyBad =
        found.leftOut().stream().anyMatch(each -> each.kind() == LeftOutFile.Kind.BAD_CHECKPOINT);
    return isAnyBad ? newestWhole(look) : "";
  }

  private static String newestWhole(LogLook look) {
    long newest =
        look.checkpoints().stream()
            .filter(each -> each.state() == CheckpointLook.State.WHOLE)
            .mapToLong(CheckpointLook::lastEntryId)
            .max()
            .orElse(-1);
    return newest < 0
        ? " No checkpoint is whole."
        : " The newest checkpoint that is whole is that of entry " + newest + ".";
  }

  /** The entries after an intact part that only a checkpoint has; empty if there are none. */
  static String inCheckpointAlone(SalvageLook found) {
    List<MissingEntries> holes =
        found.missing().stream()
            .filter(LogExplanation::isCovered)
            .filter(gap -> gap.after() != null && gap.before() != null)
            .toList();
    return ranges(holes, found);
  }

  /** What may be missing, although nothing that is left promises it. */
  private static String doubts(SalvageLook found) {
    List<String> doubts = new ArrayList<>();
    long last = found.stretches().stream().mapToLong(SalvagedStretch::lastEntryId).max().orElse(0);
    for (LeftOutFile each : found.leftOut()) {
      long first = WrongFile.firstEntry(each.file());
      if (each.kind() == LeftOutFile.Kind.SECOND && isOfDamagedHeader(each)) {
        doubts.add("what " + each.file() + " holds, as its header is damaged.");
      } else if (each.kind() != LeftOutFile.Kind.BAD_CHECKPOINT && first > last) {
        doubts.add(
            "if "
                + each.file()
                + " took the place of the log's own file: the entries from "
                + first
                + " on that it held, and how many these were is not known.");
      }
    }
    EndRemains end = found.remains();
    if (end != null && !end.isEnded()) {
      doubts.add(
          "the entries from "
              + (end.lastEntryId() + 1)
              + " on, if there were any: the end is torn, and nothing promises them.");
    }
    for (int i = 0; i + 1 < found.stretches().size(); i++) {
      SalvagedStretch before = found.stretches().get(i);
      SalvagedStretch after = found.stretches().get(i + 1);
      if (before.doubt() != null && before.lastEntryId() + 1 == after.firstEntryId()) {
        doubts.add(
            "the entries from "
                + after.firstEntryId()
                + " on that once followed, if others stand in their place now.");
      }
    }
    return String.join(" Also: ", doubts);
  }

  /** Then nothing proves that it is the segment of its name. */
  private static boolean isOfDamagedHeader(LeftOutFile file) {
    return file.reason().startsWith("its header is damaged");
  }

  /** A log of which a file has to be read that is of another version or program. */
  static Explanation otherVersion(LogLook look, boolean isOfCrate) {
    return new Explanation(
        look.name(),
        isOfCrate ? Explanation.State.OTHER_LIBRARY : Explanation.State.OTHER_VERSION,
        List.of(
            new Explanation.Cause(
                isOfCrate ? Explanation.Kind.OTHER_LIBRARY : Explanation.Kind.OTHER_VERSION,
                isOfCrate
                    ? "A file of the Rust crate durability has the name of one of this log."
                    : "A newer version of the library wrote the log.",
                List.of(look.unjudged()))),
        "It refuses, and changes nothing.",
        List.of(
            isOfCrate
                ? "Find out how the file came there. Move it out of the directory, and put the log's"
                    + " own file back from a backup."
                : "Use the version that wrote it, or a newer one."),
        isOfCrate
            ? "What was in the log's own file of that name, if there is no backup."
            : "Nothing: the files are intact. Change none of them.",
        notes(look, null),
        ExitStatus.FAILED);
  }

  static List<String> notes(LogLook look, @Nullable LogReport report) {
    List<String> notes = new ArrayList<>();
    LockHolding holder = look.holder();
    if (holder != null && holder.state() == LockHolding.State.ENDED) {
      notes.add(
          "The last writer, process "
              + holder.process()
              + ", ended without closing the log: it was killed, or the machine stopped, or these"
              + " files are a copy of a log in use. Its lock is free.");
    }
    if (holder != null && holder.state() == LockHolding.State.UNKNOWN) {
      notes.add(
          "Process "
              + holder.process()
              + " on host "
              + holder.host()
              + " noted that it has the log open. This machine cannot tell whether it runs.");
    }
    if (holder != null
        && holder.state() == LockHolding.State.RUNNING
        && (report == null || report.verdict() == Verdict.CORRUPT)) {
      notes.add("Process " + holder.process() + " has the log open to write.");
    }
    List<SegmentInfo> cuts = new ArrayList<>();
    for (SegmentInfo segment : infos(look)) {
      if (segment.startsCovered()) {
        notes.add(beginning(look, segment.firstEntryId()));
      } else if (segment.rewinds()) {
        cuts.add(segment);
      }
    }
    if (!cuts.isEmpty()) {
      notes.add(
          "The log's owner cut off its end before entry "
              + cuts.get(cuts.size() - 1).firstEntryId()
              + (cuts.size() == 1 ? "." : ", and " + (cuts.size() - 1) + " times before."));
    }
    if (report == null || report.verdict() != Verdict.CORRUPT) {
      checkpoints(look, notes);
    }
    if (!look.kept().isEmpty()) {
      notes.add(
          "Earlier openings cut off "
              + QuarantineCommand.summary(look.kept())
              + ": see 'durability quarantine "
              + ShellWord.of(look.name())
              + "'.");
    }
    return notes;
  }

  private static String beginning(LogLook look, long firstEntryId) {
    return "The log begins at entry "
        + firstEntryId
        + (hasCheckpointBefore(look, firstEntryId)
            ? ": a checkpoint contains what was before."
            : ", as its owner or a salvage made it: whether what was before is kept elsewhere, the"
                + " log cannot say.");
  }

  /** Whether what was before an entry is in a checkpoint. */
  static boolean hasCheckpointBefore(LogLook look, long entryId) {
    return look.checkpoints().stream()
        .anyMatch(
            each ->
                each.state() == CheckpointLook.State.WHOLE && each.lastEntryId() >= entryId - 1);
  }

  private static List<SegmentInfo> infos(LogLook look) {
    return look.contents().segments().stream().map(LogContents.SegmentLook::info).toList();
  }

  private static void checkpoints(LogLook look, List<String> notes) {
    for (CheckpointLook each : look.checkpoints()) {
      if (each.isBad()) {
        FlippedBit bit = each.bit();
        notes.add(
            "The checkpoint of entry "
                + each.lastEntryId()
                + " cannot be used, and is not needed: "
                + each.reason()
                + "."
                + (bit == null
                    ? ""
                    : " It is " + bit.evidence() + ": in a copy, " + bit.command() + ".")
                + newestWhole(look)
                + " Publish another one.");
      }
    }
  }
}
