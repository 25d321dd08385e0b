package dev.durability.append;

import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.LockLostException;
import dev.durability.segment.SegmentPlan;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.Await;
import dev.durability.wal.Logs;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Without the lock nothing is made, written, cut or acknowledged. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class SegmentAppenderLockTest extends SegmentAppenderFixture {
  /** The lock is lost, and was found held so long ago that the appender asks again. */
  private void loseLock() {
    lock.lose();
    long lost = System.nanoTime();
    Await.until(
        "what is known of the lock is too old",
        () -> System.nanoTime() - lost > LockCheck.HELD_FOR_NANOS);
  }

  private void loseLockAt(Operation operation) {
    directory.before(
        (each, path) -> {
          if (each == operation) {
            lock.lose();
          }
        });
  }

  private static void assertLost(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(LockLostException.class);
  }

  @Test
  void noSegmentIsMadeWithoutTheLock() throws IOException {
    lock.lose();
    assertLost(() -> started(SMALL));
    assertThat(Logs.names(memory)).isEmpty();
  }

  @Test
  void nothingIsWrittenOnceTheLockIsLost() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME));
    appender.sync();
    loseLock();
    assertLost(() -> appender.write(block(FIRST, 2, FRAME)));
    assertLost(appender::mark);
    assertLost(appender::finish);
    assertThat(size(FIRST)).isEqualTo(HEADER + FRAME);
  }

  @Test
  void nothingIsWrittenIfTheLockIsLostWhileTheSegmentGetsItsName() throws IOException {
    SegmentPlan second = FIRST.next(2, 8);
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), second));
    appender.sync();
    appender.write(block(second, 2, FRAME));
    directory.before(
        (operation, path) -> {
          if (operation == SYNC_DIRECTORY) {
            loseLock();
          }
        });
    assertLost(() -> appender.write(block(second, 3, FRAME)));
    assertThat(size(second)).isEqualTo(HEADER + FRAME);
    appender.abandon();
  }

  @Test
  void whatIsSyncedAfterTheLockWasLostIsNotAcknowledged() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME));
    loseLockAt(SYNC_FILE);
    assertLost(appender::sync);
    assertThat(appender.durableId()).isZero();
    assertThat(appender.durable()).isZero();
    appender.abandon();
  }

  @Test
  void closingFailsIfTheLockIsLostWhileTheEndIsSynced() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME));
    appender.sync();
    loseLockAt(SYNC_FILE);
    assertLost(appender::finish);
  }

  @Test
  void nothingIsCutWithoutTheLock() throws IOException {
    SegmentAppender appender = started(SMALL);
    SegmentPlan second = cutAfterTheFirst(appender);
    lock.lose();
    assertLost(appender::startOverIfDue);
    assertThat(memory.exists(second.name().path())).isFalse();
    appender.abandon();
  }

  @Test
  void cutIsNotAcknowledgedIfTheLockIsLostWhileItBecomesDurable() throws IOException {
    SegmentAppender appender = started(SMALL);
    cutAfterTheFirst(appender);
    loseLockAt(SYNC_DIRECTORY);
    assertLost(appender::startOverIfDue);
    assertThat(appender.cuts.count()).isZero();
    assertThat(appender.durable()).isEqualTo(3);
    appender.abandon();
  }
}
