package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.SegmentInfo;
import dev.durability.log.Verdict;
import dev.durability.salvage.MissingEntries;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.LockHolding;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts into sentences what a log says of itself. Reads nothing. */
final class LogExplanation {
  private static final int RANGES_MAX = 5;

  private LogExplanation() {}

  /** A log without damage: closed, in use, or torn by a crash. */
  static Explanation notCorrupt(LogLook look, LogReport report) {
    LockHolding noted = look.holder();
    LockHolding holder = noted != null && noted.state() == LockHolding.State.RUNNING ? noted : null;
    List<Explanation.Cause> causes = new ArrayList<>();
    if (holder != null) {
      causes.add(inUse(holder));
    }
    if (report.verdict() != Verdict.CLEAN) {
      causes.add(crash(report, holder != null));
    } else if (holder == null) {
      causes.add(
          new Explanation.Cause(
              Explanation.Kind.NOTHING,
              "Nothing: the log was closed, or its writer ended between two writes.",
              List.of("all frames are whole up to entry " + report.intact())));
    }
    return new Explanation(
        look.name(),
        Explanation.State.valueOf(report.verdict().name()),
        causes,
        holder != null ? refused(holder) : opening(report),
        List.of(holder != null ? toDo(holder) : "Nothing: open the log."),
        report.verdict() == Verdict.CLEAN
            ? "Nothing."
            : "Nothing that was acknowledged. An entry that was appended and never acknowledged may"
                + " be gone.",
        notes(look, report),
        VerifyCommand.status(report.verdict()));
  }

  private static Explanation.Cause inUse(LockHolding holder) {
    return new Explanation.Cause(
        Explanation.Kind.IN_USE,
        "A program has the log open to write: process "
            + holder.process()
            + (holder.program().isEmpty() ? "" : ", " + holder.program())
            + ".",
        List.of("it noted that in wal/.lock.holder, and it runs"));
  }

  private static String refused(LockHolding holder) {
    return "It is refused while process " + holder.process() + " has the log open.";
  }

  private static String toDo(LockHolding holder) {
    return "Nothing, if that program is the one that should have it. Else end process "
        + holder.process()
        + ": the system then frees the lock. There is no file to delete.";
  }

  private static Explanation.Cause crash(LogReport report, boolean isOpen) {
    List<String> evidence = new ArrayList<>();
    evidence.add(String.valueOf(report.reason()));
    evidence.add(
        "what follows offset "
            + report.end().offset()
            + " of "
            + report.end().file()
            + " promises nothing");
    if (report.verdict() == Verdict.AMBIGUOUS) {
      evidence.add(
          "damage to entries that nothing had promised would look the same: if no machine lost its"
              + " power, check the disk");
    }
    return new Explanation.Cause(
        Explanation.Kind.CRASH,
        isOpen
            ? "The end is being written, or was being written when an earlier writer died."
            : "A crash: the writer died, or the power failed, while the end was being written.",
        evidence);
  }

  private static String opening(LogReport report) {
    LogReport.Position cut = report.cut();
    return (cut == null
            ? "It goes on"
            : "It cuts "
                + cut.file()
                + " at offset "
                + cut.offset()
                + ", keeps what it cuts in quarantine/, and goes on")
        + " after entry "
        + report.intact()
        + ".";
  }

  /** A log that opening refuses. */
  static Explanation corrupt(
      LogLook look, LogReport report, List<Explanation.Cause> causes, SalvageLook found) {
    return new Explanation(
        look.name(),
        Explanation.State.CORRUPT,
        causes,
        "It refuses, and changes nothing.",
        toDo(look.name(), causes, found),
        loss(found),
        notes(look, report),
        ExitStatus.CORRUPT);
  }

  static List<String> toDo(String name, List<Explanation.Cause> causes, SalvageLook found) {
    Set<Explanation.Kind> kinds = EnumSet.noneOf(Explanation.Kind.class);
    causes.forEach(cause -> kinds.add(cause.kind()));
    List<String> steps = new ArrayList<>();
    steps.add("Stop the programs that use the log, and copy the directory as it is.");
    if (kinds.contains(Explanation.Kind.FOREIGN_FILE)
        || kinds.contains(Explanation.Kind.SECOND_FILE)) {
      steps.add(
          "Move the file that does not belong there out of the directory, and run 'durability"
              + " verify': it may be all that is wrong.");
    }
    if (kinds.contains(Explanation.Kind.WRONG_NAME)) {
      steps.add(
          "Find out who renamed files. If each has its right name again, which its header says,"
              + " 'durability verify' says whether that was all.");
    }
    if (kinds.contains(Explanation.Kind.TWO_WRITERS)) {
      steps.add(
          "Find out where the files come from. Keep those of one writer; nothing can put both"
              + " together.");
    }
    if (kinds.contains(Explanation.Kind.OTHER_VERSION)) {
      steps.add("Look whether the newest version of the program reads all files.");
    }
    if (kinds.contains(Explanation.Kind.DAMAGED_BYTES)
        || kinds.contains(Explanation.Kind.DAMAGED_HEADER)) {
      steps.add("Check the disk: a damaged sector seldom comes alone.");
    }
    steps.add(
        "Put the files back from a copy, or bring the log back with 'durability restore' from an"
            + " archive or a backup.");
    if (!found.stretches().isEmpty()) {
      steps.add(
          "Without a copy: 'durability salvage "
              + name
              + " --to NEW' takes out what is intact: "
              + intact(found)
              + ".");
    }
    return steps;
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
    return count > RANGES_MAX || found.hasMore() ? ", and more" : "";
  }

  static String loss(SalvageLook found) {
    List<MissingEntries> lost = found.lost();
    if (lost.isEmpty()) {
      return "Nothing: all entries that the log promises are intact, or in a checkpoint.";
    }
    return "Without a copy: "
        + lost.stream()
            .limit(RANGES_MAX)
            .map(gap -> Explanation.entries(gap.firstEntryId(), gap.lastEntryId()))
            .collect(Collectors.joining(", "))
        + more(lost.size(), found)
        + ". All others that the log promises are intact, or in a checkpoint.";
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
                    + " own file back from a copy."
                : "Use the version that wrote it, or a newer one."),
        isOfCrate
            ? "What was in the log's own file of that name, if there is no copy."
            : "Nothing: the files are intact. Change none of them.",
        notes(look, null),
        ExitStatus.FAILED);
  }

  private static List<String> notes(LogLook look, @Nullable LogReport report) {
    List<String> notes = new ArrayList<>();
    LockHolding holder = look.holder();
    if (holder != null && holder.state() == LockHolding.State.ENDED) {
      notes.add(
          "The last writer, process "
              + holder.process()
              + ", ended without closing the log: it was killed, or the machine stopped. Its lock is"
              + " free.");
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
        notes.add(
            "The log begins at entry "
                + segment.firstEntryId()
                + ": its owner keeps elsewhere what was before.");
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
              + " after crashes: see 'durability quarantine "
              + look.name()
              + "'.");
    }
    return notes;
  }

  private static List<SegmentInfo> infos(LogLook look) {
    return look.contents().segments().stream().map(LogContents.SegmentLook::info).toList();
  }

  private static void checkpoints(LogLook look, List<String> notes) {
    for (CheckpointLook each : look.checkpoints()) {
      if (each.state() == CheckpointLook.State.DAMAGED
          || each.state() == CheckpointLook.State.UNREADABLE) {
        notes.add(
            "The checkpoint of entry "
                + each.lastEntryId()
                + " cannot be used, and is not needed: "
                + each.reason()
                + ".");
      }
    }
  }
}
