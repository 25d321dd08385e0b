package dev.durability.append;

import static dev.durability.testkit.Fault.Operation.RENAME;
import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.SegmentRange;
import dev.durability.segment.SegmentPlan;
import dev.durability.testkit.Fault;
import dev.durability.wal.Logs;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a segment that ended and its successor wait for, and what they do not wait for. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class SegmentAppenderRotationTest extends SegmentAppenderFixture {
  private static final SegmentPlan SECOND = FIRST.next(2, 8);
  private static final SegmentPlan THIRD = SECOND.next(3, 9);

  private final CountDownLatch syncBegan = new CountDownLatch(1);
  private final CountDownLatch syncMayEnd = new CountDownLatch(1);

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The first segment ended, its sync does not end, and the second has two entries. */
  private SegmentAppender withFirstBeingSynced() throws IOException {
    SegmentAppender appender = started(SMALL);
    directory.before(
        (operation, path) -> {
          if (operation == SYNC_FILE && path.equals(FIRST.name().path())) {
            syncBegan.countDown();
            await(syncMayEnd);
          }
        });
    appender.write(last(block(FIRST, 1, FRAME), SECOND));
    appender.write(block(SECOND, 2, FRAME));
    appender.write(block(SECOND, 3, FRAME));
    await(syncBegan);
    return appender;
  }

  @Test
  void nextSegmentIsWrittenWhileTheOneThatEndedIsSynced() throws IOException {
    SegmentAppender appender = withFirstBeingSynced();
    appender.write(block(SECOND, 4, FRAME));
    assertThat(appender.placed()).isEqualTo(4);
    assertThat(appender.written()).as("in a file that stays").isZero();
    assertThat(appender.writtenId()).as("in a file with a name").isEqualTo(1);
    assertThat(appender.live()).isEqualTo(FIRST.name());
    assertThat(appender.durableId()).isZero();
    assertThat(appender.ended()).isEmpty();
    assertThat(memory.exists(SECOND.name().path())).isFalse();
    syncMayEnd.countDown();
    appender.flush();
    assertThat(appender.written()).isEqualTo(4);
    assertThat(appender.writtenId()).isEqualTo(4);
    assertThat(appender.live()).isEqualTo(SECOND.name());
    assertThat(appender.durableId()).isEqualTo(1);
    assertThat(appender.ended()).containsExactly(new SegmentRange(1, 1, 1, FIRST.name().path()));
    assertThat(WalMaintenance.verify(memory).intact()).isEqualTo(4);
    appender.abandon();
  }

  @Test
  void syncMakesBothSegmentsDurableInTheirOrder() throws IOException {
    String first = FIRST.name().path();
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), SECOND));
    recordSteps();
    appender.write(block(SECOND, 2, FRAME));
    appender.sync();
    assertThat(appender.durableId()).isEqualTo(2);
    assertThat(steps)
        .containsSubsequence(
            "SYNC_FILE " + first, "RENAME " + SECOND.name().path() + ".tmp", "SYNC_DIRECTORY wal");
    assertThat(steps)
        .as("header and entry share a sync")
        .filteredOn(step -> step.startsWith("SYNC_FILE"))
        .hasSize(2);
    appender.abandon();
  }

  @Test
  void segmentGetsItsNameWithTheFirstWriteAfterTheOneBeforeIsDurable() throws IOException {
    SegmentAppender appender = withFirstBeingSynced();
    syncMayEnd.countDown();
    long id = 4;
    while (!memory.exists(SECOND.name().path())) {
      appender.write(block(SECOND, id++, FRAME));
    }
    assertThat(appender.durableId()).isEqualTo(1);
    appender.abandon();
  }

  @Test
  void segmentGetsItsNameWithTheSecondWriteIfTheOneBeforeIsDurable() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), SECOND));
    appender.sync();
    appender.write(block(SECOND, 2, FRAME));
    assertThat(memory.exists(SECOND.name().path())).isFalse();
    appender.write(block(SECOND, 3, FRAME));
    assertThat(memory.exists(SECOND.name().path())).isTrue();
    assertThat(appender.writtenId()).isEqualTo(3);
    appender.abandon();
    assertThat(WalMaintenance.verify(memory).intact()).isEqualTo(3);
  }

  @Test
  void thirdSegmentWaitsForTheFirst() throws IOException {
    SegmentAppender appender = withFirstBeingSynced();
    directory.before((operation, path) -> {});
    syncMayEnd.countDown();
    SegmentPlan third = SECOND.next(5, 9);
    appender.write(last(block(SECOND, 4, FRAME), third));
    assertThat(appender.durableId()).isEqualTo(1);
    assertThat(memory.exists(SECOND.name().path())).isTrue();
    appender.write(block(third, 5, FRAME));
    appender.sync();
    assertThat(appender.durableId()).isEqualTo(5);
    assertThat(WalMaintenance.verify(memory).intact()).isEqualTo(5);
    appender.abandon();
  }

  @Test
  void markMakesTheEndDurableAndGivesTheNextItsName() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), SECOND));
    appender.write(block(SECOND, 2, FRAME));
    assertThat(appender.owesPromise()).isTrue();
    appender.mark();
    assertThat(appender.owesPromise()).isFalse();
    assertThat(appender.durableId()).isEqualTo(1);
    assertThat(WalMaintenance.verify(memory).promised()).isEqualTo(1);
    assertThat(WalMaintenance.verify(memory).intact()).isEqualTo(2);
    appender.abandon();
  }

  @Test
  void nothingGetsANameIfTheSegmentBeforeCannotBeSynced() throws IOException {
    SegmentAppender appender = started(SMALL);
    directory.inject(Fault.of(SYNC_FILE).endingIn(FIRST.name().path()));
    appender.write(last(block(FIRST, 1, FRAME), SECOND));
    appender.write(block(SECOND, 2, FRAME));
    assertThatThrownBy(appender::sync).isInstanceOf(WriterPoisonedException.class);
    assertThat(appender.durableId()).isZero();
    assertThat(directory.count(RENAME)).as("of the first segment").isEqualTo(1);
    appender.abandon();
    assertThat(Logs.names(memory)).hasSize(1);
  }

  @Test
  void whatIsInASegmentWithoutANameIsGivenUpWithIt() throws IOException {
    SegmentAppender appender = withFirstBeingSynced();
    syncMayEnd.countDown();
    appender.abandon();
    assertThat(Logs.names(memory)).hasSize(1);
    assertThat(WalMaintenance.verify(memory).intact()).isEqualTo(1);
  }

  @Test
  void contentIsNotAcknowledgedIfItCannotBeSyncedWhileTheNameCan() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), SECOND));
    appender.sync();
    appender.write(block(SECOND, 2, FRAME));
    directory.inject(Fault.of(SYNC_FILE));
    assertThatThrownBy(appender::sync).isInstanceOf(WriterPoisonedException.class);
    assertThat(appender.durableId()).isEqualTo(1);
    appender.abandon();
  }

  @Test
  void contentIsNotAcknowledgedIfTheNameCannotBeSynced() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), SECOND));
    appender.sync();
    appender.write(block(SECOND, 2, FRAME));
    directory.inject(Fault.of(SYNC_DIRECTORY));
    assertThatThrownBy(appender::sync).isInstanceOf(WriterPoisonedException.class);
    assertThat(appender.durableId()).isEqualTo(1);
    appender.abandon();
  }

  @Test
  void segmentsOfOneRoundFollowEachOther() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), SECOND));
    appender.write(last(block(SECOND, 2, FRAME), THIRD));
    appender.write(block(THIRD, 3, FRAME));
    appender.sync();
    assertThat(appender.durableId()).isEqualTo(3);
    assertThat(appender.ended()).hasSize(2);
    appender.finish();
    assertThat(WalMaintenance.verify(memory).promised()).isEqualTo(3);
  }
}
