package dev.durability.segment;

import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.Remains;
import dev.durability.log.LogReport;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * What a pass over a log found, in the detail that opening needs.
 *
 * @param report the verdict
 * @param listing the segments
 * @param lastHeader the header of the segment in which the run ends, or null if it is bad
 * @param ended whether that segment has its END
 * @param runEnd the offset in it behind the last frame of the run
 * @param fileSize its size
 * @param remains what follows the run in it
 * @param promisedEnd a place in it close before the end of what is promised
 * @param lastStampMicros the last wall clock that the run carries
 */
public record LogFindings(
    LogReport report,
    LogListing listing,
    @Nullable FileHeader lastHeader,
    boolean ended,
    long runEnd,
    long fileSize,
    Remains remains,
    PromisedEnd promisedEnd,
    long lastStampMicros) {

  /** Whether a mode accepts the log. */
  boolean isAcceptable(ReplayMode mode) {
    return switch (mode) {
      case STRICT -> report.verdict() == Verdict.CLEAN;
      case PREFIX -> report.verdict() != Verdict.CORRUPT;
    };
  }

  /** Throws what stands in the way of reading or opening the log. */
  public void refuseUnless(ReplayMode mode) throws DurabilityException {
    if (!isAcceptable(mode)) {
      throw report.verdict() == Verdict.CORRUPT ? corrupt() : notClean();
    }
  }

  private CorruptLogException corrupt() {
    long lastLost = Math.max(report.promised(), report.covered());
    boolean lost = lastLost > report.intact();
    return new CorruptLogException(
        "the log is "
            + whatItIs()
            + ". Nothing was changed. Restore the file from a copy, or recover the intact entries"
            + " into a new directory",
        report.end().file(),
        report.end().offset(),
        lost ? report.intact() + 1 : 0,
        lost ? lastLost : 0);
  }

  /** The trace of a crash is no corruption, in strict mode neither. */
  private DurabilityException notClean() {
    return new DurabilityException(
        report.end().file()
            + " at offset "
            + report.end().offset()
            + ": the log is "
            + whatItIs()
            + ". Replay it in the default mode, or open it for writing, to go on with what is intact");
  }

  private String whatItIs() {
    return report.verdict()
        + ": "
        + report.reason()
        + " (intact up to entry "
        + report.intact()
        + ", promised "
        + report.promised()
        + ", covered "
        + report.covered()
        + ")";
  }
}
