package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import dev.durability.salvage.MissingEntries;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Single bits of a log that are turned: in frames, headers of segments, and checkpoints. */
final class TurnedBits {
  private final Directory log;
  private final List<FlippedBit> bits = new ArrayList<>();
  private final List<Explanation.Cause> causes = new ArrayList<>();

  private TurnedBits(Directory log) {
    this.log = log;
  }

  /**
   * Looks for them where a log is damaged.
   *
   * @param isFirst whether the step says what to find out
   * @return null if there are none
   */
  static Mending.@Nullable Stage in(Directory log, LogLook look, boolean isFirst)
      throws IOException {
    TurnedBits turned = new TurnedBits(log);
    SalvageLook found = look.found();
    for (MissingEntries gap : (found == null ? SalvageLook.at(log) : found).missing()) {
      turned.gap(gap);
    }
    for (LogContents.SegmentLook each : look.contents().counting()) {
      turned.segment(each);
    }
    for (CheckpointLook each : look.checkpoints()) {
      turned.checkpoint(each);
    }
    return turned.bits.isEmpty() ? null : turned.stage(isFirst);
  }

  private void gap(MissingEntries gap) throws IOException {
    LogReport.Position after = gap.after();
    LogReport.Position before = gap.before();
    if (after == null || before == null || !after.file().equals(before.file())) {
      return;
    }
    String file = after.file();
    FlippedBit bit = FlippedBit.in(log, file, after.offset(), before.offset(), gap.firstEntryId());
    if (bit != null) {
      add(
          bit,
          Explanation.Kind.DAMAGED_BYTES,
          "A part of a file is damaged. It held "
              + Explanation.entries(gap.firstEntryId(), gap.lastEntryId())
              + (gap.kind() == MissingEntries.Kind.COVERED
                  ? ", which a checkpoint contains."
                  : "."),
          DamagedBytes.in(log, file, after.offset(), before.offset()),
          gap.evidence());
    }
  }

  /** A header, or a frame with no entry before others that are whole. */
  private void segment(LogContents.SegmentLook segment) throws IOException {
    SegmentInfo info = segment.info();
    SegmentEnd end = segment.end();
    if (info.state() == SegmentInfo.State.DAMAGED && info.bytes() >= DamagedBytes.HEADER_BYTES) {
      FlippedBit bit = FlippedBit.inHeader(log, info.file());
      if (bit != null) {
        add(
            bit,
            Explanation.Kind.DAMAGED_HEADER,
            "The header of a file is damaged: " + info.file() + ".",
            "its first 64 bytes do not have their checksum");
      }
    } else if (end != null && !end.isCut() && !end.isEnded() && end.leftBytes() > 0) {
      FlippedBit bit = FlippedBit.inMark(log, info.file(), end.offset(), end.lastEntryId() + 1);
      if (bit != null && !bits.contains(bit)) {
        add(
            bit,
            Explanation.Kind.DAMAGED_BYTES,
            "A part of a file is damaged in which no entry was: " + info.file() + ".",
            "its END or a MARK, at offset " + end.offset());
      }
    }
  }

  private void checkpoint(CheckpointLook checkpoint) {
    FlippedBit bit = checkpoint.bit();
    if (bit != null) {
      add(
          bit,
          Explanation.Kind.DAMAGED_CHECKPOINT,
          "A checkpoint is damaged: " + checkpoint.path() + ".",
          checkpoint.reason());
    }
  }

  private void add(FlippedBit bit, Explanation.Kind kind, String happened, String... evidence) {
    List<String> all = new ArrayList<>(List.of(evidence));
    all.add(bit.evidence());
    bits.add(bit);
    causes.add(new Explanation.Cause(kind, happened, all));
  }

  private Mending.Stage stage(boolean isFirst) {
    Map<String, MendedFiles.Change> changes = new HashMap<>();
    List<String> commands = new ArrayList<>();
    for (FlippedBit each : bits) {
      changes.merge(
          each.file(), each::turnedBack, (one, other) -> file -> turnedBack(file, one, other));
      commands.add(each.command());
    }
    String step =
        (isFirst
                ? "Test the memory and check the disk: a single bit is turned in one of them, or by a"
                    + " transfer. "
                : "There are further bits. ")
            + "In the copy: "
            + String.join(" ", commands);
    return new Mending.Stage(causes, List.of(step), List.of(), MendedFiles.changed(log, changes));
  }

  private static ReadFile turnedBack(
      ReadFile file, MendedFiles.Change one, MendedFiles.Change other) throws IOException {
    return other.of(one.of(file));
  }
}
