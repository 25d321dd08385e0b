package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.Directory;
import dev.durability.storage.LockHolding;
import java.io.IOException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What stands whole in a log after the place where opening cuts it: a power failure leaves that,
 * and so does damage to entries that nothing in the log had promised yet.
 *
 * @param entries the entries that a salvage gets; empty if there are none
 * @param shifted entries that no salvage gets as the file is; null if there are none
 */
record AfterCut(String entries, @Nullable ShiftedFrames shifted) {
  private static final AfterCut NOTHING = new AfterCut("", null);

  /** Looks. Of a log that is being written, the end changes meanwhile: nothing is told of it. */
  static AfterCut of(Directory log, LogLook look, LogReport report) throws IOException {
    LockHolding holder = look.holder();
    LogReport.Position cut = report.cut();
    if (report.verdict() == Verdict.CLEAN
        || cut == null
        || (holder != null && holder.state() != LockHolding.State.ENDED)) {
      return NOTHING;
    }
    String entries =
        SalvageLook.at(log).stretches().stream()
            .filter(each -> each.entries() > 0 && each.lastEntryId() > report.intact())
            .map(each -> after(report.intact(), each))
            .collect(Collectors.joining(", "));
    return entries.isEmpty()
        ? new AfterCut("", ShiftedFrames.in(log, cut.file(), cut.offset(), report.intact()))
        : new AfterCut(entries, null);
  }

  private static String after(long intact, SalvagedStretch stretch) {
    return Explanation.entries(Math.max(intact + 1, stretch.firstEntryId()), stretch.lastEntryId());
  }

  boolean isAny() {
    return !entries.isEmpty() || shifted != null;
  }
}
