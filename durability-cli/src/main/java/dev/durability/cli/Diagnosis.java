package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.SegmentInfo;
import dev.durability.salvage.EndRemains;
import dev.durability.salvage.LeftOutFile;
import dev.durability.salvage.MissingEntries;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What happened to a log that is CORRUPT: from its segments, and from what is missing. */
final class Diagnosis {
  private final Directory log;
  private final LogLook look;
  private final SalvageLook found;
  private final List<Explanation.Cause> causes = new ArrayList<>();

  private Diagnosis(Directory log, LogLook look, SalvageLook found) {
    this.log = log;
    this.look = look;
    this.found = found;
  }

  static List<Explanation.Cause> of(Directory log, LogLook look, SalvageLook found)
      throws IOException {
    Diagnosis diagnosis = new Diagnosis(log, look, found);
    for (LeftOutFile each : found.leftOut()) {
      diagnosis.leftOut(each);
    }
    diagnosis.twoWriters();
    diagnosis.headers(look.contents().segments());
    for (MissingEntries gap : found.missing()) {
      diagnosis.missing(gap);
    }
    diagnosis.withoutLoss();
    diagnosis.tornEnd();
    if (diagnosis.causes.isEmpty()) {
      diagnosis.add(
          Explanation.Kind.DAMAGED,
          "The log is damaged.",
          String.valueOf(Objects.requireNonNull(look.report()).reason()));
    }
    return List.copyOf(new LinkedHashSet<>(diagnosis.causes));
  }

  /** What is damaged before the part that opening reads, in a log that can be opened. */
  static List<Explanation.Cause> covered(Directory log, LogLook look, SalvageLook found)
      throws IOException {
    Diagnosis diagnosis = new Diagnosis(log, look, found);
    for (LeftOutFile each : found.leftOut()) {
      if (each.kind() != LeftOutFile.Kind.BAD_CHECKPOINT) { // It is told, and is not needed.
        diagnosis.leftOut(each);
      }
    }
    diagnosis.headers(look.contents().beforeTheLast());
    for (MissingEntries gap : found.missing()) {
      if (gap.kind() == MissingEntries.Kind.COVERED && gap.before() != null) {
        diagnosis.missing(gap);
      }
    }
    diagnosis.withoutLoss();
    if (diagnosis.causes.isEmpty() && look.contents().isDamagedBeforeTheLast()) {
      diagnosis.add(
          Explanation.Kind.DAMAGED,
          "Segments do not continue each other, in a part that opening does not read.",
          "'durability stats' shows which");
    }
    return List.copyOf(new LinkedHashSet<>(diagnosis.causes));
  }

  private void add(Explanation.Kind kind, String happened, String... evidence) {
    causes.add(new Explanation.Cause(kind, happened, List.of(evidence)));
  }

  private void leftOut(LeftOutFile file) throws IOException {
    switch (file.kind()) {
      case OTHER_LOG ->
          add(
              Explanation.Kind.FOREIGN_FILE,
              "A file of another log is in the directory: " + file.file() + ".",
              file.reason());
      case OTHER_VERSION ->
          add(
              Explanation.Kind.OTHER_VERSION,
              "A file of another version or program is in the directory: " + file.file() + ".",
              file.reason());
      case SECOND ->
          add(
              Explanation.Kind.SECOND_FILE,
              "A file is there twice, or in the place of another: " + file.file() + ".",
              file.reason());
      case BAD_CHECKPOINT ->
          add(
              Explanation.Kind.DAMAGED_CHECKPOINT,
              "A checkpoint is damaged, or is not what its name says: " + file.file() + ".",
              file.reason());
      case NOTHING_WHOLE -> {}
    }
  }

  private List<SegmentInfo> segments() {
    return look.contents().segments().stream().map(LogContents.SegmentLook::info).toList();
  }

  /** Each of them continued the log, and did not know of the other. */
  private void twoWriters() {
    Set<Long> numbers = new HashSet<>();
    for (SegmentInfo segment : segments()) {
      boolean isCopy =
          found.leftOut().stream()
              .anyMatch(
                  each ->
                      each.kind() == LeftOutFile.Kind.SECOND
                          && number(each.file()) == segment.segmentId());
      if (!numbers.add(segment.segmentId()) && !isCopy) {
        add(
            Explanation.Kind.TWO_WRITERS,
            "Two programs wrote to the log at the same time, or files of a copy that went on were"
                + " put beside these.",
            "segment " + segment.segmentId() + " is there twice: " + segment.file());
      }
    }
    List<SalvagedStretch> stretches = found.stretches();
    for (int i = 1; i < stretches.size(); i++) {
      SalvagedStretch before = stretches.get(i - 1);
      String doubt = before.doubt();
      if (doubt != null && before.lastEntryId() + 1 == stretches.get(i).firstEntryId()) {
        add(
            Explanation.Kind.TWO_WRITERS,
            "Two programs wrote to the log, or files of a copy that went on took the place of"
                + " others: what follows entry "
                + before.lastEntryId()
                + " was not written after it.",
            doubt);
      }
    }
  }

  private void headers(List<LogContents.SegmentLook> of) throws IOException {
    DamagedSegment.byHeader(log, of, found.filesLeftOut())
        .forEach(each -> causes.add(each.cause()));
  }

  /** Damage in which no entry was keeps a log from opening, too. */
  private void withoutLoss() {
    Set<String> told = new HashSet<>(found.filesLeftOut());
    for (MissingEntries gap : found.missing()) {
      if (gap.after() != null) {
        told.add(gap.after().file());
      }
    }
    DamagedSegment.byFrames(look.contents(), told).forEach(each -> causes.add(each.cause()));
  }

  /** What nothing promises is no loss, and is told beside what is. */
  private void tornEnd() {
    EndRemains end = found.remains();
    if (end == null) {
      return;
    }
    String bytes = end.bytes() + (end.bytes() == 1 ? " byte" : " bytes");
    String where =
        end.at().file()
            + " at offset "
            + end.at().offset()
            + ": "
            + bytes
            + " that are no whole frame";
    if (end.isEnded()) {
      add(
          Explanation.Kind.ADDED_BYTES,
          "Bytes follow the end of the log: something else wrote them, or a crash kept an opening"
              + " from cutting them off.",
          where);
    } else {
      add(
          Explanation.Kind.CRASH,
          "The end of the log is torn, too: the entries from "
              + (end.lastEntryId() + 1)
              + " on, if there were any.",
          where,
          "nothing that is left promises them: a crash leaves that, and so does a file that was cut"
              + " short");
    }
  }

  private void missing(MissingEntries gap) throws IOException {
    String which = Explanation.entries(gap.firstEntryId(), gap.lastEntryId());
    LogReport.Position after = gap.after();
    LogReport.Position before = gap.before();
    if (gap.kind() == MissingEntries.Kind.COVERED) {
      if (before == null) {
        coveredEnd(gap, which);
        return;
      } else if (after == null) {
        return; // Truncations remove the beginning.
      }
      which += ", which a checkpoint contains";
    }
    if (gap.kind() == MissingEntries.Kind.UNPROMISED) {
      return;
    }
    if (after == null) {
      lostBeginning(gap, which);
    } else if (before != null && after.file().equals(before.file())) {
      String bytes = DamagedBytes.in(log, after.file(), after.offset(), before.offset());
      List<String> evidence = new ArrayList<>(List.of(bytes, gap.evidence()));
      if (AfterCut.isShifted(before)) {
        evidence.add(AfterCut.shiftedEvidence(before) + ": bytes were taken out, or put in");
      }
      add(
          Explanation.Kind.DAMAGED_BYTES,
          "A part of a file is damaged. It held " + which + ".",
          evidence.toArray(String[]::new));
    } else {
      between(gap, which, after);
    }
  }

  /** What a checkpoint contains is not missed, unless the log goes on nowhere. */
  private void coveredEnd(MissingEntries gap, String which) {
    add(
        Explanation.Kind.LOST_END,
        "The end of the log is gone, or the checkpoint is newer than these files: "
            + which
            + " are in the checkpoint alone.",
        gap.evidence());
  }

  private void lostBeginning(MissingEntries gap, String which) {
    for (CheckpointLook each : look.checkpoints()) {
      boolean isUsable =
          each.state() == CheckpointLook.State.WHOLE
              || each.state() == CheckpointLook.State.ELSEWHERE;
      if (!isUsable && each.lastEntryId() >= gap.lastEntryId()) {
        add(
            each.state() == CheckpointLook.State.MISSING
                ? Explanation.Kind.LOST_CHECKPOINT
                : Explanation.Kind.DAMAGED_CHECKPOINT,
            "The checkpoint that contained " + which + " cannot be used: " + each.path() + ".",
            each.reason(),
            gap.evidence());
        return;
      }
    }
    add(
        Explanation.Kind.LOST_SEGMENT,
        "The beginning of the log is gone, with "
            + which
            + ": files were lost or removed, or the checkpoint was that contained them.",
        filesBefore(),
        gap.evidence());
  }

  private String filesBefore() {
    SegmentInfo first = segments().get(0);
    return first.segmentId() > 1
        ? "the files before "
            + first.file()
            + " are gone: their numbers are 1 to "
            + (first.segmentId() - 1)
        : "no file is before " + first.file();
  }

  /** What is missing between two files, or after the last one. */
  private void between(MissingEntries gap, String which, LogReport.Position after)
      throws IOException {
    List<SegmentInfo> within =
        segments().stream()
            .filter(each -> !each.file().equals(after.file()))
            .filter(each -> each.firstEntryId() >= gap.firstEntryId())
            .filter(each -> each.firstEntryId() <= gap.lastEntryId())
            .toList();
    if (isMissing(after, gap.before())) {
      add(
          Explanation.Kind.LOST_SEGMENT,
          "A file was lost or removed. It held " + which + ".",
          evidence(lostFile(gap, after), gap));
    } else if (within.stream().anyMatch(each -> found.filesLeftOut().contains(each.file()))) {
      add(
          Explanation.Kind.LOST_SEGMENT,
          "The file that held "
              + which
              + " is gone: another one is under its name, or took its place.",
          evidence(lostFile(gap, after), gap));
    } else if (within.size() == 1 && within.get(0).bytes() < DamagedBytes.HEADER_BYTES) {
      add(Explanation.Kind.CUT_FILE, within.get(0).file() + " held " + which + ".", gap.evidence());
    } else if (within.stream().anyMatch(each -> each.state() == SegmentInfo.State.DAMAGED)) {
      add(
          Explanation.Kind.DAMAGED_HEADER,
          "Without its header and its first entry nothing proves what is in the file: "
              + which
              + ".",
          gap.evidence());
    } else if (within.isEmpty()) {
      List<String> evidence = new ArrayList<>();
      String bytes = DamagedBytes.in(log, after.file(), after.offset(), -1);
      evidence.add(bytes);
      evidence.add(gap.evidence());
      boolean isCut =
          bytes.endsWith(" ends at offset " + after.offset())
              || FrameLook.isCutOff(log, after.file(), after.offset(), gap.firstEntryId());
      add(
          isCut ? Explanation.Kind.CUT_FILE : Explanation.Kind.DAMAGED_BYTES,
          isCut
              ? "A file was cut short. It held " + which + "."
              : "The end of a file is damaged. It held " + which + ".",
          evidence.toArray(String[]::new));
    }
    // Else the file that was there was left out, which is told.
  }

  /** With what makes the entries before it doubtful. */
  private String[] evidence(String file, MissingEntries gap) {
    List<String> evidence = new ArrayList<>(List.of(file, gap.evidence()));
    for (SalvagedStretch each : found.stretches()) {
      String doubt = each.doubt();
      if (doubt != null && each.lastEntryId() == gap.firstEntryId() - 1) {
        evidence.add(
            Explanation.entries(each.firstEntryId(), each.lastEntryId())
                + " are here, and may not count: "
                + doubt.substring(doubt.indexOf(": ") + 2));
      }
    }
    return evidence.toArray(String[]::new);
  }

  /** Its name follows from its neighbours. */
  private String lostFile(MissingEntries gap, LogReport.Position after) {
    LogReport.Position before = gap.before();
    long first = number(after.file()) + 1;
    long last = before == null ? first : number(before.file()) - 1;
    boolean isCutBefore = gap.evidence().startsWith(after.file() + " at offset");
    return first == last
        ? isCutBefore
            ? "its number is " + first + "; the end of " + after.file() + " is missing, too"
            : "its name is " + WrongFile.name(first, gap.firstEntryId())
        : "the files are those of segments " + first + " to " + last;
  }

  /** Whether a number is missing between two files. Before a cut end some always may be. */
  private boolean isMissing(LogReport.Position after, LogReport.@Nullable Position before) {
    if (before == null
        || segments().stream().anyMatch(s -> s.rewinds() && s.file().equals(before.file()))) {
      return false;
    }
    Set<Long> numbers = new HashSet<>(segments().stream().map(SegmentInfo::segmentId).toList());
    return LongStream.range(number(after.file()) + 1, number(before.file()))
        .anyMatch(number -> !numbers.contains(number));
  }

  private long number(String file) {
    return segments().stream()
        .filter(each -> each.file().equals(file))
        .mapToLong(SegmentInfo::segmentId)
        .findFirst()
        .orElse(0);
  }
}
