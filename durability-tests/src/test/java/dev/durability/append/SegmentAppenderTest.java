package dev.durability.append;

import static dev.durability.testkit.Fault.Operation.CLOSE_APPEND;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.TRUNCATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.log.SegmentRange;
import dev.durability.segment.SegmentPlan;
import dev.durability.wal.Logs;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread that writes blocks: what is promised when, and what becomes of each file. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class SegmentAppenderTest extends SegmentAppenderFixture {
  @Test
  void whatIsDurableIsOwedAPromiseUntilAMarkTellsIt() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.mark();
    assertThat(size(FIRST)).isEqualTo(HEADER);
    appender.write(block(FIRST, 1, FRAME));
    assertThat(appender.owesPromise()).isFalse();
    assertThat(appender.durableId()).isZero();
    appender.sync();
    assertThat(appender.durableId()).isEqualTo(1);
    assertThat(appender.owesPromise()).isTrue();
    appender.mark();
    assertThat(appender.owesPromise()).isFalse();
    assertThat(size(FIRST)).isEqualTo(HEADER + FRAME + MARK);
    appender.mark();
    assertThat(size(FIRST)).isEqualTo(HEADER + FRAME + MARK);
    assertThat(WalMaintenance.verify(memory).promised()).isEqualTo(1);
    appender.abandon();
  }

  @Test
  void whatWasGivenUpOwesNothing() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME));
    appender.sync();
    appender.abandon();
    assertThat(appender.owesPromise()).isFalse();
  }

  @Test
  void nextBlockTellsWhatIsOwedAndTheOneBehindItDoesNotTellItAgain() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME));
    appender.sync();
    appender.write(block(FIRST, 2, FRAME));
    assertThat(size(FIRST)).isEqualTo(HEADER + 2 * FRAME + MARK);
    assertThat(appender.owesPromise()).isFalse();
    appender.write(block(FIRST, 3, FRAME));
    assertThat(size(FIRST)).isEqualTo(HEADER + 3 * FRAME + MARK);
    assertThat(appender.owesPromise()).isFalse();
    assertThat(appender.writtenId()).isEqualTo(3);
    assertThat(appender.durableId()).isEqualTo(1);
    appender.abandon();
  }

  @Test
  void syncOfWhatIsDurableDoesNothing() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME));
    long start = System.nanoTime();
    appender.sync();
    long took = System.nanoTime() - start;
    long syncs = directory.count(SYNC_FILE);
    appender.sync();
    assertThat(directory.count(SYNC_FILE)).isEqualTo(syncs);
    assertThat(longestSync.get()).as("what the observer is told").isBetween(0L, took);
    appender.abandon();
  }

  @Test
  void endTellsWhatIsOwedAndTheHeaderBehindItTheRest() throws IOException {
    SegmentPlan second = FIRST.next(3, 8);
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME));
    appender.sync();
    appender.write(last(block(FIRST, 2, FRAME), second));
    assertThat(appender.durableId()).isEqualTo(1);
    appender.sync();
    assertThat(appender.durableId()).as("a segment that ended is durable").isEqualTo(2);
    assertThat(appender.owesPromise()).isTrue();
    assertThat(memory.exists(second.name().path())).isFalse();
    appender.mark();
    assertThat(appender.owesPromise()).isFalse();
    assertThat(size(second)).isEqualTo(HEADER);
    assertThat(WalMaintenance.verify(memory).promised()).isEqualTo(2);
    appender.abandon();
  }

  @Test
  void nameOfTheSegmentThatAMarkStartsIsDurableWhenTheMarkIs() throws IOException {
    SegmentPlan second = FIRST.next(2, 8);
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), second));
    recordSteps();
    appender.mark();
    assertThat(steps)
        .containsSubsequence("RENAME " + second.name().path() + ".tmp", "SYNC_DIRECTORY wal");
    appender.abandon();
  }

  @Test
  void endOfASegmentThatIsDurableAlreadyLeavesNothingOwed() throws IOException {
    SegmentPlan second = FIRST.next(2, 8);
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME));
    appender.sync();
    appender.write(last(Block.single(0, FIRST, 2, 1), second));
    appender.sync();
    assertThat(size(FIRST)).isEqualTo(HEADER + FRAME + MARK);
    assertThat(appender.owesPromise()).isFalse();
    appender.abandon();
  }

  @Test
  void fileOfASegmentThatEndedIsClosedAtOnceWhereNothingIsReserved() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), FIRST.next(2, 8)));
    appender.sync();
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(1);
    assertThat(appender.ended()).containsExactly(new SegmentRange(1, 1, 1, FIRST.name().path()));
    appender.abandon();
    assertThat(directory.count(CLOSE_APPEND)).as("of the next one, too").isEqualTo(2);
    assertThat(Logs.names(memory)).hasSize(1);
  }

  @Test
  void segmentThatWasBegunInAdvanceIsRemovedWhenTheLogIsClosed() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), FIRST.next(2, 8)));
    appender.finish();
    assertThat(Logs.names(memory)).hasSize(1);
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(2);
  }

  @Test
  void closingSyncsWhatIsWrittenBeforeItPromisesIt() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME));
    appender.finish();
    assertThat(WalMaintenance.verify(memory).promised()).isEqualTo(1);
    assertThat(size(FIRST)).isEqualTo(HEADER + FRAME + MARK);
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(1);
    assertThat(directory.count(TRUNCATE)).as("nothing was reserved").isZero();
  }

  @Test
  void closingSyncsTheEndBeforeItGivesUpTheFile() throws IOException {
    String path = FIRST.name().path();
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME));
    appender.sync();
    recordSteps();
    appender.finish();
    assertThat(steps).containsExactly("WRITE " + path, "SYNC_FILE " + path, "CLOSE_APPEND " + path);
  }
}
