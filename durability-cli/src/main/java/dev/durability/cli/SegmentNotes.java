package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import dev.durability.salvage.EndRemains;
import dev.durability.salvage.LeftOutFile;
import dev.durability.salvage.MissingEntries;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What there is to know of a segment, beside its numbers. */
final class SegmentNotes {
  private SegmentNotes() {}

  static List<String> of(LogLook look, LogContents.SegmentLook segment) {
    SegmentInfo info = segment.info();
    SegmentEnd end = segment.end();
    SalvageLook found = look.found();
    List<String> notes = new ArrayList<>();
    switch (info.state()) {
      case READ -> {}
      case VOID -> notes.add("void: a later segment begins at this entry or before it");
      case DAMAGED -> {
        if (found == null || !found.filesLeftOut().contains(info.file())) {
          notes.add(
              "not read: its header is damaged, or is not that of its name; salvage looks into it");
        }
      }
      case OTHER_VERSION -> notes.add("not read: it is of another version or another program");
    }
    if (info.startsCovered()) {
      notes.add("the log begins here: what was before is kept elsewhere, if it is kept");
    }
    if (info.rewinds()) {
      notes.add("the end of the log was cut off before entry " + info.firstEntryId());
    }
    if (end != null && end.isCut()) {
      notes.add("its end was cut off after entry " + end.lastEntryId());
    } else if (found == null && end != null && end.leftBytes() > 0) {
      notes.add(
          end.leftBytes()
              + " bytes from offset "
              + end.offset()
              + " on are torn, damaged, or being written");
    }
    if (found != null) {
      int before = notes.size();
      damage(notes, info, end != null && end.isEnded(), found);
      if (notes.size() == before && end != null && end.leftBytes() > 0 && !end.isCut()) {
        notes.add("damaged at offset " + end.offset() + ", and no entry is lost by that");
      }
    }
    return notes;
  }

  /** What a look for what can be salvaged found in a file. */
  private static void damage(
      List<String> notes, SegmentInfo info, boolean isEnded, SalvageLook found) {
    String file = info.file();
    for (LeftOutFile each : found.leftOut()) {
      if (each.file().equals(file)) {
        notes.add("does not count: " + each.reason());
      }
    }
    for (MissingEntries gap : found.missing()) {
      String what =
          gap.kind() == MissingEntries.Kind.COVERED
              ? isIn(file, gap.after()) && gap.before() != null ? covered(gap) : ""
              : Explanation.entries(gap.firstEntryId(), gap.lastEntryId());
      boolean isAfter = isIn(file, gap.after()) && !isIn(file, gap.before());
      if (!what.isEmpty() && isAfter && (isEnded || gap.after().offset() >= info.bytes())) {
        notes.add(
            what
                + (gap.firstEntryId() == gap.lastEntryId() ? " is" : " are")
                + " missing after it");
      } else if (!what.isEmpty() && isIn(file, gap.after())) {
        notes.add(
            what
                + " cannot be read: damaged or missing from offset "
                + gap.after().offset()
                + (isIn(file, gap.before()) ? " to " + gap.before().offset() : " on"));
      } else if (!what.isEmpty() && gap.after() == null && isIn(file, gap.before())) {
        notes.add(what + " are missing before it");
      }
    }
    EndRemains remains = found.remains();
    if (remains != null && isIn(file, remains.at())) {
      notes.add(
          remains.bytes()
              + (remains.bytes() == 1 ? " byte" : " bytes")
              + " from offset "
              + remains.at().offset()
              + " on are no whole frame");
    }
  }

  private static String covered(MissingEntries gap) {
    return Explanation.entries(gap.firstEntryId(), gap.lastEntryId())
        + ", which a checkpoint contains,";
  }

  /** Which entries are missing of those that a file held, or after it; empty if none is. */
  static String missingIn(String file, SalvageLook found, MissingEntries.Kind kind) {
    return found.missing().stream()
        .filter(gap -> gap.kind() == kind && isIn(file, gap.after()))
        .map(gap -> Explanation.entries(gap.firstEntryId(), gap.lastEntryId()))
        .collect(Collectors.joining(", "));
  }

  private static boolean isIn(String file, LogReport.@Nullable Position place) {
    return place != null && place.file().equals(file);
  }
}
