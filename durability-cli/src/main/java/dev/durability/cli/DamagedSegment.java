package dev.durability.cli;

import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A segment of which a part is damaged in which no entry was, or its header.
 *
 * @param file its file
 * @param cause what happened to it
 */
record DamagedSegment(String file, Explanation.Cause cause) {

  /**
   * Those whose headers are damaged, or are not those of their names.
   *
   * @param leftOut files that do not count, whose headers say so
   */
  static List<DamagedSegment> byHeader(
      Directory log, List<LogContents.SegmentLook> segments, Set<String> leftOut)
      throws IOException {
    List<DamagedSegment> damaged = new ArrayList<>();
    for (LogContents.SegmentLook each : segments) {
      SegmentInfo info = each.info();
      if (info.state() == SegmentInfo.State.DAMAGED && !leftOut.contains(info.file())) {
        damaged.add(new DamagedSegment(info.file(), header(log, info)));
      }
    }
    return damaged;
  }

  private static Explanation.Cause header(Directory log, SegmentInfo info) throws IOException {
    String named = DamagedBytes.nameInHeader(log, info.file());
    if (info.bytes() < DamagedBytes.HEADER_BYTES) {
      return new Explanation.Cause(
          Explanation.Kind.CUT_FILE,
          "A file was cut short: " + info.file() + ".",
          List.of("it has " + info.bytes() + " bytes, and its header alone takes 64"));
    }
    return named.isEmpty()
        ? new Explanation.Cause(
            Explanation.Kind.DAMAGED_HEADER,
            "The header of a file is damaged: " + info.file() + ".",
            List.of("its first 64 bytes do not have their checksum"))
        : new Explanation.Cause(
            Explanation.Kind.WRONG_NAME,
            "A file has the name of another segment: " + info.file() + ".",
            List.of("by its header, which is whole, it is " + named));
  }

  /**
   * Those whose frames break off, although another segment follows.
   *
   * @param told files of which that is told in another way
   */
  static List<DamagedSegment> byFrames(LogContents contents, Set<String> told) {
    List<DamagedSegment> damaged = new ArrayList<>();
    for (LogContents.SegmentLook each : contents.beforeTheLast()) {
      SegmentEnd end = each.end();
      String file = each.info().file();
      boolean breaksOff = end != null && !end.isCut() && (end.leftBytes() > 0 || !end.isEnded());
      if (end != null && breaksOff && !told.contains(file)) {
        damaged.add(new DamagedSegment(file, byEnd(file, end)));
      }
    }
    return damaged;
  }

  /** What the frames of one end with, that others follow. */
  static Explanation.Cause byEnd(String file, SegmentEnd end) {
    if (end.leftBytes() == 0) {
      return new Explanation.Cause(
          Explanation.Kind.CUT_FILE,
          "A file was cut short after its last entry: " + file + ".",
          List.of(file + ": nothing follows offset " + end.offset() + ", and its END is missing"));
    }
    return new Explanation.Cause(
        end.isEnded() ? Explanation.Kind.ADDED_BYTES : Explanation.Kind.DAMAGED_BYTES,
        end.isEnded()
            ? "Something was added to a file after its end: " + file + "."
            : "A part of a file is damaged in which no entry was: " + file + ".",
        List.of(
            end.leftBytes()
                + (end.leftBytes() == 1 ? " byte of " : " bytes of ")
                + file
                + (end.leftBytes() == 1 ? " is" : " are")
                + (end.isEnded()
                    ? " after its END"
                    : " no whole frame, where its END or a frame before that was")
                + ", from offset "
                + end.offset()
                + " on"));
  }
}
