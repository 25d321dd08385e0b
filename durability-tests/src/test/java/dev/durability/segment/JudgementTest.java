package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.log.LogReport;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.LogBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A verdict asks what checkpoints cover only if it depends on that. */
class JudgementTest {
  private static final LogReport.Position END = new LogReport.Position("wal/x", 72);

  private final MemoryDirectory memory = new MemoryDirectory();
  private final List<String> opened = new ArrayList<>();
  private final FaultDirectory directory =
      new FaultDirectory(memory)
          .before(
              (operation, path) -> {
                if (operation == Operation.OPEN && path.startsWith("checkpoints/")) {
                  opened.add(path);
                }
              });

  /** One segment from entry 1 on, and a valid checkpoint up to entry 5. */
  @BeforeEach
  void writeLog() throws IOException {
    LogBuilder log = new LogBuilder(memory).segment(1).entries(9).mark(9).write();
    log.checkpointFile(CheckpointName.path(5), LogBuilder.LOG_ID, 5);
  }

  private LogListing listing(long covered) throws IOException {
    return LogListing.of(directory, LogListing.segments(directory), covered);
  }

  private Judgement judge(
      LogListing listing, boolean endsInLast, long intact, long promised, boolean follows)
      throws IOException {
    return Judgement.of(
        new Judgement.Seen(
            listing, true, endsInLast, intact, promised, END, false, follows, false, null),
        directory);
  }

  @Test
  void checkpointThatCoversNoMoreThanIsIntactIsNotReadForTheVerdict() throws IOException {
    Judgement clean = judge(listing(0), true, 5, 5, false);
    assertThat(clean.verdict()).isEqualTo(Verdict.CLEAN);
    clean.refuseUnless(ReplayMode.STRICT);
    Judgement torn = judge(listing(0), true, 5, 4, true);
    assertThat(torn.verdict()).isEqualTo(Verdict.TORN);
    torn.refuseUnless(ReplayMode.PREFIX);
    assertThat(opened).isEmpty();
    assertThat(torn.report().covered()).isEqualTo(5);
    assertThat(torn.report()).isSameAs(torn.report());
    assertThat(opened).containsExactly(CheckpointName.path(5));
  }

  @Test
  void checkpointThatCoversMoreIsReadOnceForVerdictAndWords() throws IOException {
    Judgement lost = judge(listing(0), true, 4, 4, false);
    assertThat(lost.verdict()).isEqualTo(Verdict.CORRUPT);
    assertThatThrownBy(() -> lost.refuseUnless(ReplayMode.PREFIX))
        .hasMessageContaining("entries 5 to 5 are in a checkpoint");
    assertThat(opened).containsExactly(CheckpointName.path(5));
  }

  @Test
  void whatIsCorruptWhateverACheckpointCoversReadsNone() throws IOException {
    assertThat(judge(listing(0), false, 4, 4, false).verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(judge(listing(0), true, 4, 5, false).verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(opened).isEmpty();
  }

  @Test
  void checkpointThatSomebodyReadBeforeIsNotReadAgain() throws IOException {
    LogListing known = listing(5);
    assertThat(known.start()).isZero();
    assertThat(judge(known, true, 4, 4, false).verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(judge(known, true, 4, 4, false).report().covered()).isEqualTo(5);
    assertThat(opened).isEmpty();
  }

  @Test
  void checkpointsAreThoseThatWereThereWhenTheLogWasListed() throws IOException {
    LogListing before = listing(0);
    new LogBuilder(memory).checkpointFile(CheckpointName.path(8), LogBuilder.LOG_ID, 8);
    assertThat(judge(before, true, 5, 5, false).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(judge(listing(0), true, 5, 5, false).verdict()).isEqualTo(Verdict.CORRUPT);
  }

  @Test
  void newerCheckpointThanTheOneThatWasReadStillCounts() throws IOException {
    new LogBuilder(memory).checkpointFile(CheckpointName.path(8), LogBuilder.LOG_ID, 8);
    assertThat(listing(5).covered()).isEqualTo(8);
    assertThat(opened).containsExactly(CheckpointName.path(8));
  }
}
