package dev.durability.append;

import static dev.durability.testkit.Fault.Operation.CLOSE_APPEND;
import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.TRUNCATE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.segment.SegmentPlan;
import dev.durability.testkit.Fault;
import dev.durability.wal.Await;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A spare segment is made ahead of need, gives its room, and leaves no zeros after an end. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class SegmentAppenderSpareTest extends SegmentAppenderFixture {
  @Test
  void spareIsMadeBehindTheMiddleOfASegmentAsLargeAsWhatWasWritten() throws IOException {
    int toMiddle = 4096 - HEADER - FRAME - MARK;
    SegmentAppender appender = withSpares(8192);
    appender.write(block(FIRST, 1, FRAME));
    appender.sync();
    appender.write(block(FIRST, 2, toMiddle));
    appender.abandon(); // Waits for what was begun.
    assertThat(reserved).isEmpty();
    memory.delete(FIRST.name().path());

    SegmentAppender other = withSpareMade(toMiddle + 8);
    assertThat(reserved).containsExactly(4096L + 8);
    other.abandon();
  }

  @Test
  void noSpareIsMadeWhereSyncsAreLarge() throws IOException {
    int most = 256 << 10;
    for (int more : new int[] {8, 0}) {
      SegmentAppender appender = withSpares(most);
      appender.write(block(FIRST, 1, FRAME));
      appender.sync();
      appender.write(block(FIRST, 2, most - HEADER - FRAME - MARK + more));
      appender.abandon();
      assertThat(reserved).as("%s bytes behind one sync", most + more).hasSize(more > 0 ? 0 : 1);
      memory.delete(FIRST.name().path());
    }
  }

  @Test
  void spareIsGoneOnceTheLogIsGivenUp() throws IOException {
    withSpareMade(5000).abandon();
    assertThat(memory.exists(SPARE)).isFalse();
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(2);
  }

  @Test
  void spareMakesRoomForTheEndThatIsWrittenAtClosing() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    recordSteps();
    appender.finish();
    assertThat(steps).containsSubsequence("DELETE " + SPARE, "WRITE " + FIRST.name().path());
    assertThat(memory.exists(SPARE)).isFalse();
  }

  @Test
  void spareGivesItsRoomToAWriteThatFailed() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    directory.inject(Fault.of(WRITE));
    assertThatThrownBy(() -> appender.write(block(FIRST, 3, FRAME)))
        .isInstanceOf(OutcomeOpenException.class);
    assertThat(appender.nextSegmentIsReady()).isFalse();
    assertThat(memory.exists(SPARE)).isFalse();
    appender.abandon();
  }

  /** Goes on in a second segment, which took the spare. */
  private SegmentPlan enterSpare(SegmentAppender appender) throws IOException {
    SegmentPlan second = FIRST.next(4, 8);
    long created = directory.count(CREATE);
    appender.write(last(block(FIRST, 3, FRAME), second));
    appender.write(block(second, 4, FRAME));
    appender.sync();
    assertThat(directory.count(CREATE)).as("files made for the second").isEqualTo(created);
    assertThat(size(second)).isGreaterThan(4096);
    return second;
  }

  @Test
  void zerosBehindTheEndAreCutOnceTheNextSegmentIsDurable() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    SegmentPlan second = enterSpare(appender);
    SegmentPlan third = second.next(6, 9);
    long closed = directory.count(CLOSE_APPEND);
    appender.write(last(block(second, 5, FRAME), third));
    assertThat(directory.count(CLOSE_APPEND)).as("it is cut before").isEqualTo(closed);
    appender.write(block(third, 6, FRAME));
    appender.sync();
    assertThat(directory.count(CLOSE_APPEND)).as("nobody waits for that").isEqualTo(closed);
    appender.mark();
    Await.until("the file is closed", () -> directory.count(CLOSE_APPEND) > closed);
    assertThat(size(second)).isEqualTo(HEADER + 2 * FRAME + 2 * MARK);
    appender.abandon();
  }

  @Test
  void zerosBehindTheEndAreCutWhenTheLogIsGivenUpBeforeThatIsOver() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    SegmentPlan second = enterSpare(appender);
    appender.write(last(block(second, 5, FRAME), second.next(6, 9)));
    appender.sync();
    Thread closing = Thread.currentThread();
    AtomicBoolean over = new AtomicBoolean();
    directory.before(
        (operation, path) -> {
          if (operation == TRUNCATE) {
            Await.until(
                "the caller waits for the cut",
                () -> over.get() || closing.getState() == Thread.State.TIMED_WAITING);
          }
        });
    try {
      appender.abandon();
      assertThat(size(second)).isEqualTo(HEADER + 2 * FRAME + 2 * MARK);
    } finally {
      over.set(true);
    }
  }

  @Test
  void zerosBehindTheEndAreCutAtClosing() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    SegmentPlan second = enterSpare(appender);
    appender.finish();
    assertThat(size(second)).isEqualTo(HEADER + FRAME + MARK);
    assertThat(directory.count(TRUNCATE)).isEqualTo(1);
  }

  @Test
  void segmentThatOutgrewItsReserveIsNotCut() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    SegmentPlan second = enterSpare(appender);
    appender.write(block(second, 5, 7000));
    appender.finish();
    assertThat(directory.count(TRUNCATE)).isZero();
    assertThat(size(second)).isEqualTo(HEADER + FRAME + MARK + 7000 + MARK);
  }
}
