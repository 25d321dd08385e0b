package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.salvage.MissingEntries;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.Directory;
import dev.durability.storage.LockHolding;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is in a log after the place where opening cuts it: a power failure leaves that, and so does
 * damage. Opening looks for promises where frames can begin; salvage looks at every offset.
 *
 * @param entries the entries that a salvage gets; empty if there are none
 * @param shifted where the first frame stands that no writer put there, as that is no multiple of
 *     8; null if none does
 * @param lost the entries that are lost, and promised by a frame that opening does not see; empty
 *     if there are none
 * @param promise what promises them; empty if nothing does
 */
record AfterCut(String entries, LogReport.@Nullable Position shifted, String lost, String promise) {
  private static final int ALIGNMENT = 8;
  private static final AfterCut NOTHING = new AfterCut("", null, "", "");

  /** Looks. Of a log that is being written, the end changes meanwhile: nothing is told of it. */
  static AfterCut of(Directory log, LogLook look, LogReport report) throws IOException {
    LockHolding holder = look.holder();
    LogReport.Position cut = report.cut();
    if (report.verdict() == Verdict.CLEAN
        || cut == null
        || (holder != null && holder.state() != LockHolding.State.ENDED)) {
      return NOTHING;
    }
    SalvageLook found = SalvageLook.at(log);
    List<MissingEntries> missing =
        found.missing().stream().filter(each -> each.lastEntryId() > report.intact()).toList();
    List<MissingEntries> lost =
        missing.stream().filter(each -> each.kind() == MissingEntries.Kind.LOST).toList();
    return new AfterCut(
        found.stretches().stream()
            .filter(each -> each.entries() > 0 && each.lastEntryId() > report.intact())
            .map(each -> after(report.intact(), each))
            .collect(Collectors.joining(", ")),
        missing.stream()
            .map(MissingEntries::before)
            .filter(before -> before != null && isShifted(before))
            .findFirst()
            .orElse(null),
        LogExplanation.ranges(lost, found),
        lost.isEmpty() ? "" : lost.get(0).evidence());
  }

  /** Whether bytes were taken out before a whole frame, or put in: it stands where none can. */
  static boolean isShifted(LogReport.Position frame) {
    return frame.offset() % ALIGNMENT != 0;
  }

  /** What shows that. */
  static String shiftedEvidence(LogReport.Position frame) {
    return frame.file()
        + ": a whole frame is at offset "
        + frame.offset()
        + ", and frames are written at multiples of "
        + ALIGNMENT;
  }

  private static String after(long intact, SalvagedStretch stretch) {
    return Explanation.entries(Math.max(intact + 1, stretch.firstEntryId()), stretch.lastEntryId());
  }

  /** Whether bytes were taken out of the file, or put in. */
  boolean isShifted() {
    return shifted != null || !lost.isEmpty();
  }

  boolean isAny() {
    return !entries.isEmpty() || !lost.isEmpty();
  }
}
