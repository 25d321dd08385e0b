package dev.durability.segment;

import dev.durability.errors.ChecksumMismatch;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.log.LogReport;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The verdict on a log: what a pass over it found, the {@link RecoveryCase} that follows from that,
 * and the message. It does not read the log. It asks what checkpoints cover only if the verdict or
 * a message depends on that, because the answer means reading checkpoints.
 */
public final class Judgement {
  private final Seen seen;
  private final RecoveryCase which;
  private final @Nullable Mixture mixture;
  private @Nullable LogReport report;
  private @Nullable ChecksumMismatch checksum;

  private Judgement(Seen seen, RecoveryCase which, @Nullable Mixture mixture) {
    this.seen = seen;
    this.which = which;
    this.mixture = mixture;
  }

  /**
   * What a pass over a log found.
   *
   * @param listing the segments, and what checkpoints cover
   * @param reachesBack whether a segment starts at or before the entry after the covered one
   * @param endsInLast whether the run of valid frames ends in the last segment
   * @param intact the last entry of the run
   * @param promised the largest promise, in the run and after it
   * @param end where the run ends
   * @param ended whether the run ends with an END
   * @param somethingFollows whether a byte that is not zero follows the run
   * @param validFramesFollow whether a valid frame follows it
   * @param problem why the segment at the end was not entered, or null
   */
  record Seen(
      LogListing listing,
      boolean reachesBack,
      boolean endsInLast,
      long intact,
      long promised,
      LogReport.Position end,
      boolean ended,
      boolean somethingFollows,
      boolean validFramesFollow,
      @Nullable String problem) {

    private RecoveryCase which(long covered, boolean mixed) {
      return RecoveryCase.of(
          new RecoveryCase.Facts(
              reachesBack,
              endsInLast,
              intact,
              covered,
              promised,
              mixed,
              somethingFollows,
              validFramesFollow));
    }
  }

  /**
   * Judges. A log that is CORRUPT without any checkpoint is CORRUPT whatever its checkpoints cover.
   * Any other log is CORRUPT only if they cover more than is intact, or if a segment is there that
   * does not belong to it.
   *
   * @param directory where the oldest segment is read
   */
  static Judgement of(Seen seen, Directory directory) throws IOException {
    RecoveryCase which = seen.which(0, false);
    Mixture mixture = null;
    if (which.verdict() != Verdict.CORRUPT) {
      mixture = seen.listing().mixture(directory);
      which = seen.which(seen.listing().coveredAtLeast(seen.intact()), mixture != null);
    }
    return new Judgement(seen, which, mixture);
  }

  /** Tells which checksum is wrong where the run ends; null if none is. */
  void blame(@Nullable ChecksumMismatch mismatch) {
    boolean isOfTheRun = which != RecoveryCase.MIXED && which != RecoveryCase.PREFIX_MISSING;
    checksum = isOfTheRun ? mismatch : null;
  }

  /** What the files say. */
  public Verdict verdict() {
    return which.verdict();
  }

  /** Where the run ends, or what stands in its way. */
  public LogReport.Position end() {
    return which == RecoveryCase.MIXED
        ? new LogReport.Position(Objects.requireNonNull(mixture).segment().path(), 0)
        : seen.end();
  }

  /** D: the largest entry id that anything in the log says is durable. */
  long promised() {
    return seen.promised();
  }

  /** Whether a mode accepts the log. */
  boolean isAcceptable(ReplayMode mode) {
    return switch (mode) {
      case STRICT -> verdict() == Verdict.CLEAN;
      case PREFIX -> verdict() != Verdict.CORRUPT;
    };
  }

  /** Throws if the log must not be read or opened in this mode. */
  public void refuseUnless(ReplayMode mode) throws IOException {
    if (!isAcceptable(mode)) {
      throw verdict() == Verdict.CORRUPT ? corrupt(report()) : notClean(report());
    }
  }

  /** The full report. It contains C, so the newest checkpoint may be read. */
  public LogReport report() throws IOException {
    if (report == null) {
      long covered = seen.listing().covered();
      boolean cuts = verdict() == Verdict.TORN || verdict() == Verdict.AMBIGUOUS;
      report =
          new LogReport(
              verdict(),
              seen.intact(),
              covered,
              seen.promised(),
              seen.listing().segments().size(),
              end(),
              cuts ? end() : null,
              reason(covered),
              checksum);
    }
    return report;
  }

  private @Nullable String reason(long covered) {
    long firstLost = seen.intact() + 1;
    return switch (which) {
      case CLEAN -> null;
      case MIXED ->
          Objects.requireNonNull(mixture).problem()
              + "; move it away if it does not belong to this log";
      case TORN, AMBIGUOUS ->
          seen.ended()
              ? "bytes that are not zero follow the END of the log: something else wrote them, or a"
                  + " crash kept an opening from cutting them off; nothing that was promised is"
                  + " missing"
              : brokenOff();
      case PREFIX_MISSING ->
          "entries "
              + (covered + 1)
              + " to "
              + (seen.listing().segments().get(0).firstEntryId() - 1)
              + " are missing: a segment before this one, or a checkpoint that covers them, is"
              + " gone";
      case BROKEN_BEFORE_LAST ->
          (seen.problem() != null ? seen.problem() : "its frames break off or are damaged here")
              + "; reading ends at entry "
              + seen.intact()
              + ", what comes after it may be intact";
      case PROMISE_LOST ->
          "entries "
              + firstLost
              + " to "
              + seen.promised()
              + " were promised to be durable, but are damaged or missing";
      case COVERED_LOST ->
          "entries "
              + firstLost
              + " to "
              + covered
              + " are in a checkpoint, but the log ends before them";
    };
  }

  private String brokenOff() {
    return which == RecoveryCase.TORN
        ? "the end was being written when the process died or the power failed, or the file was cut"
            + " or overwritten there, which looks the same; nothing that was promised is missing"
        : "the end was being written when the power failed, and its blocks were stored out of"
            + " order; nothing that was promised is missing";
  }

  private CorruptLogException corrupt(LogReport report) {
    long lastLost = Math.max(report.promised(), report.covered());
    boolean lost = lastLost > report.intact();
    return new CorruptLogException(
        "the log is "
            + whatItIs(report)
            + ". Nothing was changed. 'durability explain' says what happened. Restore the file from"
            + " a copy, or take out what is intact with 'durability salvage'",
        report.end().file(),
        report.end().offset(),
        lost ? report.intact() + 1 : 0,
        lost ? lastLost : 0,
        checksum);
  }

  /** What a crash leaves is not corruption, in strict mode either. */
  private DurabilityException notClean(LogReport report) {
    return new DurabilityException(
        report.end().file()
            + " at offset "
            + report.end().offset()
            + ": the log is "
            + whatItIs(report)
            + ". Replay it in the default mode, or open it for writing, to go on with what is"
            + " intact");
  }

  private String whatItIs(LogReport report) {
    return report.verdict()
        + ": "
        + report.reason()
        + " (intact up to entry "
        + report.intact()
        + ", promised "
        + report.promised()
        + (seen.listing().isCheckpoints(report.covered()) ? ", covered " + report.covered() : "")
        + ")";
  }
}
