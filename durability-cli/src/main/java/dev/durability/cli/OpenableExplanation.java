package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.SegmentEnd;
import dev.durability.log.Verdict;
import dev.durability.storage.LockHolding;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts into sentences what a log that can be opened says of itself. Reads nothing. */
final class OpenableExplanation {
  private final LogLook look;
  private final LogReport report;
  private final AfterCut after;
  private final List<Explanation.Cause> covered;
  private final @Nullable LockHolding holder;
  private final @Nullable SegmentEnd end;

  private OpenableExplanation(
      LogLook look, LogReport report, AfterCut after, List<Explanation.Cause> covered) {
    this.look = look;
    this.report = report;
    this.after = after;
    this.covered = covered;
    LockHolding noted = look.holder();
    this.holder = noted != null && noted.state() == LockHolding.State.RUNNING ? noted : null;
    this.end =
        look.contents().segments().stream()
            .filter(each -> each.info().file().equals(report.end().file()))
            .map(LogContents.SegmentLook::end)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
  }

  /**
   * A log that is closed, in use, or was torn by a crash or by what looks like one.
   *
   * @param covered what is damaged in the part that opening does not read
   */
  static Explanation of(
      LogLook look, LogReport report, AfterCut after, List<Explanation.Cause> covered) {
    return new OpenableExplanation(look, report, after, covered).explanation();
  }

  private Explanation explanation() {
    List<Explanation.Cause> causes = new ArrayList<>();
    if (holder != null) {
      causes.add(inUse(holder));
    }
    if (report.verdict() != Verdict.CLEAN) {
      causes.add(torn());
    } else if (holder == null && covered.isEmpty()) {
      causes.add(clean());
    }
    causes.addAll(covered);
    List<String> notes = LogExplanation.notes(look, report);
    if (look.isDamagedAndOpens() && covered.isEmpty()) {
      notes.add(
          "Segments are damaged that opening does not read: explain this again when no program has"
              + " the log open, or explain a copy.");
    }
    int status = VerifyCommand.status(report.verdict());
    return new Explanation(
        look.name(),
        Explanation.State.valueOf(report.verdict().name()),
        causes,
        holder != null ? refused(holder) : opening(),
        holder != null ? List.of(toDo(holder)) : toDo(),
        loss(),
        notes,
        look.isDamagedAndOpens() ? Math.max(status, ExitStatus.COVERED) : status);
  }

  private static Explanation.Cause inUse(LockHolding holder) {
    return new Explanation.Cause(
        Explanation.Kind.IN_USE,
        "A program has the log open to write: process "
            + holder.process()
            + (holder.program().isEmpty() ? "" : ", " + holder.program())
            + ".",
        List.of("it noted that in wal/.lock.holder, it runs, and the lock is not free"));
  }

  private static String refused(LockHolding holder) {
    return "It is refused while process " + holder.process() + " has the log open.";
  }

  private static String toDo(LockHolding holder) {
    return "Nothing, if that program is the one that should have it. Else end process "
        + holder.process()
        + ": the system then frees the lock. There is no file to delete.";
  }

  private boolean isEnded() {
    return end != null && end.isEnded();
  }

  /** A segment is ended when another one follows, too; closing also promises all entries. */
  private boolean isClosed() {
    return isEnded() && report.promised() >= report.intact();
  }

  private Explanation.Cause clean() {
    return new Explanation.Cause(
        Explanation.Kind.NOTHING,
        isClosed()
            ? "Nothing: the log was closed."
            : look.isLockReleased()
                ? "Nothing that shows. The last writer gave up the lock, and the log does not say"
                    + " that it was closed: its end may be missing, with the newest files."
                : isEnded()
                    ? "Nothing that shows. The last file was ended, and the log was not closed: its"
                        + " writer was killed before it began the next file, or that file is missing."
                    : "Nothing that shows. The log was not closed: its writer was killed between two"
                        + " writes, or these files are a copy of a log in use, or its end is missing.",
        List.of("all frames are whole up to entry " + report.intact()));
  }

  private Explanation.Cause torn() {
    if (after.isShifted()) {
      return shifted();
    }
    List<String> evidence = new ArrayList<>();
    if (isEnded()) {
      evidence.add(leftBytes() + ", after the END of the log");
      return new Explanation.Cause(
          Explanation.Kind.ADDED_BYTES,
          "Bytes follow the end of the log: something else wrote them, or a crash kept an opening"
              + " from cutting them off.",
          evidence);
    }
    evidence.add(
        leftBytes()
            + ", where entry "
            + (report.intact() + 1)
            + " would begin; nothing promises it");
    if (report.verdict() == Verdict.AMBIGUOUS) {
      evidence.add("whole frames follow after that, as after a loss of power");
    }
    evidence.add(
        look.isLockReleased()
            ? "wal/.lock.holder is not there: a writer that is killed leaves it, and one that closes"
                + " the log, or fails while it opens it, removes it"
            : "a file that was cut short, or overwritten where nothing was promised yet, looks the"
                + " same: if nothing crashed, it was that");
    return new Explanation.Cause(
        Explanation.Kind.CRASH,
        holder != null
            ? "The end is being written, or was being written when an earlier writer died."
            : look.isLockReleased()
                ? "The end is torn, and no writer seems to have been killed: a file was cut short or"
                    + " overwritten, or a write or the power failed."
                : "Probably a crash: the writer died, or the power failed, while the end was being"
                    + " written.",
        evidence);
  }

  private Explanation.Cause shifted() {
    LogReport.Position frame = after.shifted();
    List<String> evidence = new ArrayList<>();
    if (frame != null) {
      evidence.add(AfterCut.shiftedEvidence(frame));
    }
    evidence.add(
        after.lost().isEmpty()
            ? "nothing in the log promises these entries"
            : "opening does not see that, as it looks for promises where frames can begin: "
                + after.promise());
    return new Explanation.Cause(
        Explanation.Kind.DAMAGED_BYTES,
        "Bytes were taken out of a file, or put into it: "
            + (frame == null ? report.end() : frame).file()
            + "."
            + (after.lost().isEmpty() ? "" : " It held " + after.lost() + ".")
            + (after.entries().isEmpty() ? "" : " After that " + after.entries() + " stand whole."),
        evidence);
  }

  private String leftBytes() {
    LogReport.Position place = report.end();
    return place.file()
        + " at offset "
        + place.offset()
        + ": "
        + (end == null ? "bytes" : end.leftBytes() + (end.leftBytes() == 1 ? " byte" : " bytes"))
        + " that are no whole frame";
  }

  private String opening() {
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
        + "."
        + (covered.isEmpty()
            ? ""
            : " It begins with the checkpoint of entry "
                + report.covered()
                + ", and reads nothing of what is damaged before that.");
  }

  private List<String> toDo() {
    if (covered.isEmpty()) {
      return toDoAtTheEnd();
    }
    List<String> steps = new ArrayList<>();
    steps.add(
        Explanation.copyFirst(look) + " 'durability backup' and 'durability archive' refuse it.");
    steps.add(
        "Check the disk and the memory. Put the damaged files back from a backup, if there is one.");
    steps.add(
        "Without a backup: 'durability salvage "
            + ShellWord.of(look.name())
            + " --to NEW' takes out what is intact, with the checkpoints. Or go on with this log:"
            + " the next truncation up to entry "
            + report.covered()
            + " removes the damaged files.");
    if (report.verdict() != Verdict.CLEAN) {
      steps.addAll(toDoAtTheEnd());
    }
    return steps;
  }

  private List<String> toDoAtTheEnd() {
    return after.isAny()
        ? toDoBeforeTheCut()
        : report.verdict() == Verdict.CLEAN
            ? List.of(toDoIfClean())
            : isEnded()
                ? List.of("Nothing: open the log. Find out what else writes to the directory.")
                : toDoIfTorn();
  }

  private String toDoIfClean() {
    return isClosed()
        ? "Nothing: open the log."
        : look.isLockReleased()
            ? "If a write or the power failed: open the log. Else compare it with a backup before a"
                + " program opens it: the newest files may be missing."
            : "If its writer was killed, or the power failed: open the log. Else look for newer files"
                + " of it before a program opens it.";
  }

  private List<String> toDoIfTorn() {
    return List.of(
        (look.isLockReleased() ? "If a write or the power failed" : "After a crash")
            + ": open the log. The other steps are for when that did not happen.",
        Explanation.copyFirst(look),
        "Check the disk, and find out what else wrote to the file. Put it back from a backup, if"
            + " there is one: opening cuts its end off.");
  }

  private List<String> toDoBeforeTheCut() {
    List<String> steps = new ArrayList<>();
    steps.add(Explanation.copyFirst(look));
    if (after.isShifted()) {
      steps.add("Find out what changed the file, such as a transfer as text.");
      if (!after.lost().isEmpty()) {
        steps.add(
            "Do not open the log: that cuts off entries which were acknowledged. Put the file back"
                + " from a backup.");
      }
    }
    steps.add(
        after.entries().isEmpty()
            ? "Without a backup: 'durability salvage "
                + ShellWord.of(look.name())
                + " --to NEW' takes out what is intact."
            : Explanation.capital(after.entries())
                + " stand whole after the break; opening cuts them off. Salvage first: 'durability"
                + " salvage "
                + ShellWord.of(look.name())
                + " --to NEW'.");
    if (!after.isShifted()) {
      steps.add(
          "If no machine lost its power, check the disk: a crash of a program leaves no such"
              + " hole.");
      steps.add("After a loss of power they were never acknowledged: then open the log.");
    }
    return steps;
  }

  private String loss() {
    String atTheEnd = lossAtTheEnd();
    SalvageLook found = look.found();
    if (covered.isEmpty() || found == null) {
      return atTheEnd;
    }
    String alone = LogExplanation.inCheckpointAlone(found);
    return (atTheEnd.equals("Nothing.") ? "Nothing while" : atTheEnd + " Before that nothing while")
        + " the checkpoint of entry "
        + report.covered()
        + " is whole: "
        + (alone.isEmpty() ? "all entries are intact beside it." : "it alone has " + alone + ".");
  }

  private String lossAtTheEnd() {
    if (report.verdict() == Verdict.CLEAN) {
      long first = look.firstEntryId();
      return isClosed() || holder != null
          ? first == 1 || LogExplanation.hasCheckpointBefore(look, first)
              ? "Nothing."
              : "Nothing of what is here. The entries before " + first + " are not here."
          : "Nothing that the log promises. If files or the end of one are missing: entries from "
              + (report.intact() + 1)
              + " on, and nothing here tells whether there were any.";
    }
    if (!after.lost().isEmpty()) {
      return "Without a backup, though acknowledged: "
          + after.lost()
          + ". By opening, also: "
          + (after.entries().isEmpty() ? "nothing" : after.entries() + ", which quarantine keeps")
          + ".";
    }
    if (!after.entries().isEmpty()) {
      return "By opening: "
          + after.entries()
          + ", which quarantine keeps, and all that was between entry "
          + report.intact()
          + " and them, or after them. Nothing in the log promises any of these.";
    }
    if (isEnded()) {
      return "Nothing: the log ends before these bytes.";
    }
    String ifCut =
        "If the file was cut or overwritten: entries from "
            + (report.intact() + 1)
            + " on, and nothing here tells how many there were.";
    return look.isLockReleased()
        ? ifCut + " Else nothing that was acknowledged."
        : "After a crash nothing that was acknowledged. " + ifCut;
  }
}
